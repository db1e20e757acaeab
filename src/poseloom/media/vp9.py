"""VP9 with an alpha layer in WebM."""

from av.video.reformatter import Colorspace

from poseloom.core.clip import Quality
from poseloom.media.colour import Planes, build_frame, read_planes
from poseloom.media.draft import Draft
from poseloom.media.track import Track

_EFFORT = {
    Quality.STANDARD: {"deadline": "good", "cpu-used": "2"},
    Quality.PREVIEW: {"deadline": "realtime", "cpu-used": "6"},
}


class Vp9Encoder:
    """Writes a WebM file frame by frame."""

    def __init__(self, draft: Draft) -> None:
        options = {
            **_EFFORT[draft.quality],
            "b": "0",  # constant quality: crf alone decides
            "crf": str(draft.quantiser),
            "auto-alt-ref": "0",  # some decoders refuse hidden frames beside alpha
            "lag-in-frames": "0",
            "row-mt": "0",
        }
        # This matrix under these primaries alone has the right colours in every browser; see media.colour.
        self._track = Track(
            draft,
            container="webm",
            codec="libvpx-vp9",
            options=options,
            height=draft.height,
            pix_fmt="yuva420p",
            matrix=Colorspace.SMPTE170M,
        )
        self.finish = self._track.finish
        self.abandon = self._track.abandon

    def write(self, planes: Planes) -> None:
        """Append a frame, converted by BT.601.

        Raises:
            StorageFailed: The file cannot be written.
        """
        self._track.write(build_frame([*read_planes(planes.colour), planes.alpha], "yuva420p"))
