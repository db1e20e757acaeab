"""More figures of the troupe: a girl with long hair, a fox with a tail, and two whose faces look aside."""

from benchmarks.inbetween.shape import Stand, bend, draw_face, ellipse, go, stroke, tilt

_SHADES = (
    '<defs><radialGradient id="round" cx=".35" cy=".3" r=".8"><stop offset="0" stop-color="#fff" stop-opacity=".55"/>'
    '<stop offset=".5" stop-color="#fff" stop-opacity="0"/>'
    '<stop offset="1" stop-opacity=".28"/></radialGradient></defs>'
)


def draw_girl(stand: Stand) -> str:
    """Return a girl with lines around everything, whose sleeves and arms lie before her dress and her long hair."""
    y, ink = stand.lift, "#4a2a3a"
    line = f'stroke="{ink}" stroke-width="5" stroke-linejoin="round"'
    back = f"M96 {90 + y} Q84 {190 + y} 104 {205 + y} L216 {205 + y} Q236 {190 + y} 224 {90 + y} Z"
    shapes = [tilt(f'<path d="{back}" fill="#d98a4a" {line}/>', stand, (160, 150))]
    for sign, degrees in ((-1, stand.left_leg / 2), (1, stand.right_leg / 2)):
        leg = [(160 + 15 * sign, 240 + y), go((160 + 15 * sign, 240 + y), degrees, 42)]
        shapes += [stroke(leg, ink, 23), stroke(leg, "#ffe0cf", 15)]
        shapes += [ellipse((leg[1][0] + 3 * sign, leg[1][1] + 4), (16, 11), ink)]
        shapes += [ellipse((leg[1][0] + 3 * sign, leg[1][1] + 4), (12, 7), "#c44")]
    dress = f"M140 {178 + y} Q160 {172 + y} 180 {178 + y} L204 {248 + y} Q160 {260 + y} 116 {248 + y} Z"
    hem = f"M122 {232 + y} Q160 {244 + y} 198 {232 + y}"
    shapes.append(f'<path d="{dress}" fill="#6ab0e8" {line}/>')
    shapes.append(f'<path d="{hem}" stroke="#fff" stroke-width="5" fill="none"/>')
    for x, degrees, elbow in ((137, stand.left_arm, stand.left_elbow), (183, stand.right_arm, stand.right_elbow)):
        arm = bend((x, 190 + y), degrees, elbow, 26)
        sleeve = [arm[0], go(arm[0], degrees, 14)]
        shapes += [stroke(arm, ink, 21), stroke(arm, "#ffe0cf", 13)]
        shapes += [stroke(sleeve, ink, 27), stroke(sleeve, "#6ab0e8", 19)]
    fringe = f"M98 {112 + y} Q92 {48 + y} 160 {46 + y} Q228 {48 + y} 222 {112 + y} Q210 {80 + y} 186 {76 + y} "
    fringe += f"Q150 {98 + y} 128 {80 + y} Q108 {88 + y} 98 {112 + y} Z"
    head = f'<ellipse cx="160" cy="{112 + y}" rx="60" ry="56" fill="#ffe6d6" {line}/>'
    head += draw_face((160, 122 + y), stand, 1, ink) + f'<path d="{fringe}" fill="#e89c58" {line}/>'
    return "".join([*shapes, tilt(head, stand, (160, 150))])


def draw_fox(stand: Stand) -> str:
    """Return a fox without lines, a bushy tail behind it, whose arms have its own colour and paws another."""
    y = stand.lift
    tail = f"M182 {238 + y} Q150 {150 + y} 196 {110 + y} Q238 {160 + y} 206 {240 + y} Z"
    tip = f"M196 {110 + y} Q172 {132 + y} 172 {152 + y} Q196 {142 + y} 218 {154 + y} Q220 {130 + y} 196 {110 + y} Z"
    brush = f'<path d="{tail}" fill="#e9772e"/><path d="{tip}" fill="#fff3e4"/>'
    shapes = [f'<g transform="rotate({stand.tail} 190 {230 + y})">{brush}</g>']
    for sign, degrees in ((-1, stand.left_leg), (1, stand.right_leg)):
        leg = [(160 + 17 * sign, 240 + y), go((160 + 17 * sign, 240 + y), degrees, 38)]
        shapes += [stroke(leg, "#e9772e", 22), ellipse((leg[1][0], leg[1][1] + 4), (17, 11), "#5c2f1c")]
    shapes += [ellipse((160, 208 + y), (44, 52), "#ef8136"), ellipse((160, 216 + y), (27, 38), "#fff3e4")]
    for x, degrees, elbow in ((126, stand.left_arm, stand.left_elbow), (194, stand.right_arm, stand.right_elbow)):
        arm = bend((x, 182 + y), degrees, elbow, 26)
        paw = [go(arm[1], degrees + elbow, 14), arm[2]]
        shapes += [stroke(arm, "#ef8136", 20), stroke(paw, "#5c2f1c", 20)]
    head = ""
    for sign in (-1, 1):
        for colour, (inner, outer, top, low) in (("#ef8136", (28, 64, 28, 96)), ("#5c2f1c", (40, 59, 44, 86))):
            ear = f"M{160 + sign * inner} {72 + y} L{160 + sign * (outer - 2)} {top + y} "
            ear += f"L{160 + sign * outer} {low + y} Z"
            head += f'<path d="{ear}" fill="{colour}"/>'
    chin = f"Q200 {172 + y} 160 {172 + y} Q120 {172 + y} 86 {124 + y} Z"
    head += f'<path d="M86 {124 + y} Q92 {64 + y} 160 {62 + y} Q228 {64 + y} 234 {124 + y} {chin}" fill="#ef8136"/>'
    head += f'<path d="M86 {124 + y} Q130 {110 + y} 160 {140 + y} Q190 {110 + y} 234 {124 + y} {chin}" fill="#fff3e4"/>'
    head += ellipse((160, 144 + y), (8, 6), "#33201a") + draw_face((160, 116 + y), stand, 0.9, "#2b1b17")
    return "".join([*shapes, tilt(head, stand, (160, 160))])


def draw_blob(stand: Stand) -> str:
    """Return a blob in soft shades, arms behind it, whose face slides from side to side."""
    top = 72 + stand.lift
    shapes = []
    for sign, degrees in ((-1, stand.left_arm), (1, stand.right_arm)):
        shoulder = (160 + 70 * sign, 205.0)
        shapes.append(stroke([shoulder, go(shoulder, 50 * sign + 0.65 * degrees, 46)], "#49c5b6", 26))
    body = f"M76 262 Q76 {top} 160 {top} Q244 {top} 244 262 Q160 278 76 262 Z"
    shapes += [f'<path d="{body}" fill="{fill}"/>' for fill in ("#49c5b6", "url(#round)")]
    return "".join([_SHADES, *shapes, draw_face((160 + stand.gaze, 205 + 0.6 * stand.lift), stand, 1.15, "#12403b")])


def draw_moon(stand: Stand) -> str:
    """Return a ball with a line around it, on which a pale face slides from side to side."""
    y = stand.lift
    ball = f'<circle cx="160" cy="{170 + y}" r="100" fill="#f7b84a" stroke="#5a3a12" stroke-width="6"/>'
    cheeks = ellipse((160 + 0.8 * stand.gaze, 150 + y), (62, 50), "#fff4dc")
    return ball + cheeks + draw_face((160 + stand.gaze, 145 + y), stand, 1.1, "#3a2410")
