"""A cross-fade with alpha as one writes it with MoviePy; prints its CPU seconds. Runs in an environment of its own."""

import resource
import sys

import numpy as np
from moviepy import CompositeVideoClip, ImageClip, vfx


def measure_cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    source, target, path, length, fps, deadline, cpu_used, crf = sys.argv[1:]
    begun = measure_cpu_seconds()
    seconds = float(length)
    first = ImageClip(np.load(source)).with_duration(seconds).with_effects([vfx.CrossFadeOut(seconds)])
    second = ImageClip(np.load(target)).with_duration(seconds).with_effects([vfx.CrossFadeIn(seconds)])
    options = ["-crf", crf, "-b:v", "0", "-deadline", deadline, "-cpu-used", cpu_used]
    options += ["-auto-alt-ref", "0", "-lag-in-frames", "0", "-row-mt", "0", "-pix_fmt", "yuva420p"]
    CompositeVideoClip([first, second], bg_color=None).write_videofile(
        path, fps=float(fps), codec="libvpx-vp9", audio=False, threads=1, ffmpeg_params=options, logger=None
    )
    print(measure_cpu_seconds() - begun)


if __name__ == "__main__":
    main()
