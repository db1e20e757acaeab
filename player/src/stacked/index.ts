import type { Painter } from "../stage/screen.ts";

const VERTEX = "attribute vec2 p;varying vec2 v;void main(){v=p*.5+.5;gl_Position=vec4(p,0,1);}";
/** Colour above, matte below; what leaves is premultiplied. */
const FRAGMENT =
  "precision mediump float;varying vec2 v;uniform sampler2D s;void main(){" +
  "float a=texture2D(s,vec2(v.x,v.y*.5)).r;gl_FragColor=vec4(texture2D(s,vec2(v.x,v.y*.5+.5)).rgb*a,a);}";

/** One WebGL context for all mascots of a page, for browsers allow only a few. */
let shared: WebGLRenderingContext | null = null;

/** Shows a stacked video with its transparency, on a canvas. */
export function makePainter(video: HTMLVideoElement): Painter {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  return { layer: canvas, draw };

  function draw(): void {
    const { videoWidth: width, videoHeight } = video;
    const height = videoHeight >> 1;
    if (shared?.isContextLost()) shared = null;
    shared ??= prepare();
    const gl = shared;
    if (!gl || !context || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const surface = gl.canvas;
    if (surface.width !== width || surface.height !== height) Object.assign(surface, { width, height });
    gl.viewport(0, 0, width, height);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, video);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    context.globalCompositeOperation = "copy"; // no moment without a picture
    context.drawImage(surface, 0, 0);
  }
}

/** Whether there is WebGL at all. */
export function canPaint(): boolean {
  shared ??= prepare();
  return shared !== null;
}

function prepare(): WebGLRenderingContext | null {
  const gl = document.createElement("canvas").getContext("webgl");
  const program = gl?.createProgram();
  if (!gl || !program) return null;
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, "p");
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
    gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
  return gl;
}
