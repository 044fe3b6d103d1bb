"""The demo world's videos: what ffmpeg's generators can draw and play by themselves, so that no file is shipped."""

import subprocess
from dataclasses import dataclass

from feeds.demo.pictures import (
    AURORA,
    CANDY,
    CURTAINS,
    FIRE,
    FPS,
    GLASS,
    HEIGHT,
    ICE,
    NEON,
    OCEAN,
    PLASMA,
    RINGS,
    SIZE,
    SMALL,
    STANDING,
    SUNSET,
    VIOLET,
    WAVES,
    WIDTH,
    automaton,
    blobs,
    colored,
    drift,
    dusk,
    enlarged,
    field,
    fireflies,
    gradient,
    hills,
    life,
    lissajous,
    mirrored,
    moving,
    sea,
    shades,
    still,
    tinted,
    together,
    wrapped,
)
from feeds.demo.sounds import (
    A3,
    A4,
    B3,
    B4,
    C3,
    C4,
    C5,
    D3,
    D4,
    D5,
    E3,
    E4,
    E5,
    F3,
    F4,
    G3,
    G4,
    breath,
    chord,
    mastered,
    melody,
)
from videos.media import ffmpeg_path


@dataclass(frozen=True, kw_only=True)
class Clip:
    """`by` is the handle of its creator; `picture` and `sound` are filter graphs without an input."""

    key: str
    by: str
    caption: str
    picture: str
    sound: str
    seconds: float = 4
    visibility: str = "everyone"


def render(clip: Clip) -> bytes:
    """The clip as an MP4, as a phone would hand it over. Raises CalledProcessError."""
    command = [
        *(ffmpeg_path(), "-nostdin", "-hide_banner", "-loglevel", "error", "-filter_complex_threads", "1"),
        *("-filter_complex", f"{clip.picture},setsar=1,format=yuv420p[v];{clip.sound},{mastered(clip.seconds)}[a]"),
        *("-map", "[v]", "-map", "[a]", "-t", str(clip.seconds)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "21", "-threads", "1", "-c:a", "aac", "-b:a", "96k"),
        *("-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"),
    ]
    return subprocess.run(command, check=True, capture_output=True).stdout


CLIPS = (
    Clip(
        key="hills",
        by="mira",
        caption="First train to the coast. I had the whole carriage to myself.",
        picture=colored(hills(), SUNSET),
        sound=chord(C3, G3, E4),
    ),
    Clip(
        key="lava",
        by="kofi",
        caption="Lava lamp, no electricity involved.",
        picture=field(blobs((0.2, 0.6, 0.9, 0), (0.25, 0.5, 0.7, 2), (0.1, 0.75, 1.1, 4), (0.3, 0.3, 0.6, 1)), FIRE),
        sound=chord(C3, E3, G3, beat=0.4),
    ),
    Clip(
        key="ripples",
        by="yuki",
        caption="Two stones, one pond.",
        picture=colored(
            together(
                "average",
                wrapped(still(WAVES, size="360x360") + ",scroll=v=-0.02", "ld(3)", "7*hypot(ld(0)-0.15,ld(1)+0.35)"),
                wrapped(still(WAVES, size="360x360") + ",scroll=v=-0.02", "ld(3)", "7*hypot(ld(0)+0.2,ld(1)-0.3)"),
            ),
            OCEAN,
        ),
        sound=melody(E4, G4, B4, E5, 0, D4, step=0.4),
    ),
    Clip(
        key="plasma",
        by="paula",
        caption="Slow colours for a fast day 🌈",
        picture=field(PLASMA, CANDY),
        sound=chord(F3, A3, C4, E4),
    ),
    Clip(
        key="galaxy",
        by="arjun",
        caption="A spiral galaxy in one line of maths. Arms, core and all.",
        picture=colored(
            together(
                "screen",
                together(
                    "multiply",
                    wrapped(
                        still("pow(0.5+0.5*sin(4*PI*ld(0)),2)", size="360x360") + ",scroll=h=0.004",
                        "ld(3)+0.6*log(ld(2)+0.03)",
                        "ld(2)",
                    ),
                    still("1.1*exp(-2.6*hypot(ld(0),ld(1)*0.75))"),
                ),
                still("exp(-6*hypot(ld(0),ld(1)*0.75))"),
            ),
            VIOLET,
        ),
        sound=chord(A3 / 2, E3, B3, beat=0.12),
    ),
    Clip(
        key="tunnel",
        by="diego",
        caption="Riding home through the old tunnel.",
        picture=colored(
            together(
                "multiply",
                wrapped(
                    still("0.5+0.5*clip(9*sin(12*PI*ld(0))*sin(6*PI*ld(1)),-1,1)", size="360x360")
                    + ",scroll=h=0.003:v=0.02",
                    "ld(3)",
                    "0.5*log(ld(2)+0.01)",
                ),
                still("2*hypot(ld(0),ld(1))"),
            ),
            NEON,
        ),
        sound=melody(A3, A3, C4, 0, A3, G3, step=0.25),
    ),
    Clip(
        key="flower",
        by="layla",
        caption="زهرة لا تذبل. A flower that does not wilt.",
        picture=colored(
            wrapped(still(WAVES, size="360x360") + ",scroll=v=-0.015", "ld(3)", "4*ld(2)*(1+0.3*sin(12*PI*ld(3)))"),
            CANDY[::-1],
        ),
        sound=melody(D4, F4, A4, C5, A4, F4, step=0.35),
    ),
    Clip(
        key="aurora",
        by="freya",
        caption="Norðurljós, two in the morning, minus fourteen. Worth it.",
        picture=field(CURTAINS, AURORA),
        sound=breath("pink", cutoff=500),
    ),
    Clip(
        key="moire",
        by="zofia",
        caption="Two sets of rings. Everything else happens in your eye.",
        picture=colored(
            together(
                "difference",
                moving(RINGS, "0.9*sin(t*0.8)", "0.5*cos(t*0.6)"),
                moving(RINGS, "0.9*sin(t*0.7+2)", "0.5*cos(t*0.9)"),
            ),
            ICE,
        ),
        sound=chord(D3, A3, D4),
    ),
    Clip(
        key="rotozoom",
        by="kofi",
        caption="Found my demo from 1993. It still turns.",
        picture=f"color=0x1b1035:s=1104x1104:r={FPS},trim=end_frame=1,drawgrid=w=92:h=92:t=14:c=0xd46ae6,"
        f"drawgrid=x=46:y=46:w=92:h=92:t=4:c=0xffd98a,{STANDING},rotate=a=0.5*t:ow={WIDTH}:oh={HEIGHT}",
        sound=melody(C4, E4, G4, C5, G4, E4, step=0.15),
    ),
    Clip(
        key="glass",
        by="amara",
        caption="Seven jellyfish, minding their own business.",
        picture=field(GLASS, SUNSET[::-1]),
        sound=chord(G3, B3, D4, beat=0.15),
    ),
    Clip(
        key="sea",
        by="mira",
        caption="Last light. Stayed until the water went quiet.",
        picture=colored(sea(), SUNSET),
        sound=breath("brown", cutoff=900, beat=0.2),
    ),
    Clip(
        key="fireflies",
        by="yuki",
        caption="Fireflies behind the house. Long exposure.",
        picture=fireflies(("04140f", "0c3b2e", "a3c76d", "fffbd0")),
        sound=melody(A4, 0, E5, 0, C5, D5, step=0.5),
    ),
    Clip(
        key="stripes",
        by="hana",
        caption="Wrapping paper, but make it move.",
        picture=colored(
            wrapped(
                still("0.5+0.5*clip(9*sin(2*PI*(ld(1)+0.5)),-1,1)", size="360x360") + ",scroll=v=-0.012",
                "ld(0)",
                "4*(ld(1)+0.6*ld(0))+0.35*sin(9*ld(0)+4*ld(1))",
            ),
            ("ff6f61", "ffd98a", "fdf6e3"),
        ),
        sound=melody(G4, E4, C4, E4, step=0.2),
    ),
    Clip(
        key="clouds",
        by="lars",
        caption="Weather over the fjord, sped up a little.",
        picture=colored(together("average", drift("4x7", 1), drift("9x16", 2, seed=9)), ICE),
        sound=breath("brown", cutoff=400),
    ),
    Clip(
        key="campfire",
        by="omar",
        caption="Nothing on tonight. Perfect.",
        picture=colored(together("multiply", drift("9x11", 8), still("0.6+1.1*ld(1)")), FIRE),
        sound=breath("brown", cutoff=1600, beat=6),
    ),
    Clip(
        key="life",
        by="arjun",
        caption="Conway's Game of Life with a coat of paint.",
        picture=life(("f9f871", "6a2fb5", "10122b")) + "," + enlarged("neighbor"),
        sound=melody(C5, G4, A4, E4, step=0.2),
    ),
    Clip(
        key="life-mirror",
        by="zofia",
        caption="The same rules, four mirrors.",
        picture=mirrored(life(("ffd98a", "c2345c", "1b1035"), size="54x96")) + "," + enlarged("neighbor"),
        sound=melody(E4, B4, G4, D5, step=0.25),
    ),
    Clip(
        key="coral",
        by="amara",
        caption="Grow, coral, grow. Rule: live with 4 or more, be born with 3.",
        picture=life(("ff7f6e", "17708a", "04243f"), rule="S45678/B3", ratio=0.35, size="135x240")
        + ","
        + enlarged("neighbor"),
        sound=chord(E3, B3, G4),
    ),
    Clip(
        key="maze",
        by="tomas",
        caption="A maze that builds itself. Do not enter.",
        picture=life(("6fd3cf", "1c2541", "0b132b"), rule="S12345/B3", ratio=0.04, size="81x144")
        + ","
        + enlarged("neighbor"),
        sound=melody(D4, 0, A3, F4, 0, E4, step=0.3),
    ),
    Clip(
        key="mandelbrot",
        by="arjun",
        caption="Zooming into the seahorse valley. It never ends, I checked.",
        picture=f"mandelbrot=s={SMALL}:r={FPS}:start_scale=0.35:end_scale=0.004:end_pts=220:start_x=-0.7437:start_y=0.1318:maxiter=160"
        f":outer=normalized_iteration_count:inner=black,{enlarged()}",
        sound=chord(A3, C4, E4),
    ),
    Clip(
        key="mandelbrot2",
        by="kofi",
        caption="An old friend, seen from very close.",
        picture=f"mandelbrot=s={SMALL}:r={FPS}:start_scale=0.02:end_scale=0.0004:end_pts=220:start_x=0.2549:start_y=-0.0005:maxiter=200"
        f":outer=iteration_count,{enlarged()},hue=h=200",
        sound=chord(D3, A3, F4),
    ),
    Clip(
        key="rule30",
        by="zofia",
        caption="Rule 30. Order on the left, chaos on the right, nobody knows why.",
        picture=tinted(
            automaton(30, size="90x160", seed=9) + "," + enlarged("neighbor"), gradient("2ff3e0", "7597de", "e11d8f")
        ),
        sound=melody(A3, C4, D4, E4, G4, step=0.22),
    ),
    Clip(
        key="carpet",
        by="tomas",
        caption="The carpet in my hallway, to scale.",
        picture=tinted(
            f"sierpinski=s={SMALL}:r={FPS}:type=carpet:seed=3:jump=20,{enlarged('neighbor')}",
            gradient("7c3aed", "e11d8f", "ffd98a"),
        ),
        sound=melody(E4, G4, A4, 0, E4, D4, step=0.3),
    ),
    Clip(
        key="flag",
        by="theo",
        caption="The flag of our balcony.",
        picture=colored(
            wrapped(
                still("0.5+0.5*clip(9*sin(4*PI*ld(0))*sin(4*PI*ld(1)),-1,1)", size="360x360")
                + ",scroll=h=0.006:v=0.004",
                "1.2*ld(0)+0.06*sin(9*ld(1))",
                "1.2*ld(1)+0.08*sin(7*ld(0))",
            ),
            CANDY,
        ),
        sound=melody(C5, B4, G4, E4, step=0.25),
    ),
    Clip(
        key="spiral",
        by="paula",
        caption="Lollipop. Do not stare for too long 🍭",
        picture=colored(
            wrapped(
                still("0.5+0.5*clip(5*sin(10*PI*ld(0)),-1,1)", size="360x360") + ",scroll=h=-0.003",
                "ld(3)+0.9*ld(2)",
                "ld(2)",
            ),
            ("ff7fbf", "fffbe8"),
        ),
        sound=melody(G4, C5, E5, C5, step=0.2),
    ),
    Clip(
        key="dusk",
        by="mira",
        caption="Ten minutes of sky in six seconds. For those who follow.",
        visibility="followers",
        picture=colored(dusk(), SUNSET),
        sound=chord(F3, C4, A4),
    ),
    Clip(
        key="lissajous",
        by="maximiliana.w",
        caption="What a fifth looks like. Left is C, right is G.",
        picture=colored(lissajous(120, 180), ("000000", "0b3a5c", "12c2c9", "f0ffff")),
        sound=chord(C4, G4),
    ),
    Clip(
        key="waves",
        by="layla",
        caption="My grandmother's lullaby, as a line.",
        picture=tinted(
            melody(D4, F4, E4, D4, A4, G4, step=0.4)
            + f",aformat=channel_layouts=mono,volume=3,showwaves=s={SIZE}:r={FPS}:mode=cline:colors=white:scale=sqrt",
            gradient("7c3aed", "c2345c", "ffd98a"),
        ),
        sound=melody(D4, F4, E4, D4, A4, G4, step=0.4),
    ),
    Clip(
        key="kaleidoscope",
        by="layla",
        caption="My kaleidoscope from the market in Saida.",
        visibility="followers",
        picture=mirrored(
            wrapped(
                still("0.5+0.5*sin(4*PI*ld(0))*sin(4*PI*ld(1))", size="360x360") + ",scroll=h=0.003:v=0.004",
                "1.6*ld(0)+0.25*sin(7*ld(1))",
                "1.6*ld(1)+0.25*sin(8*ld(0))",
            )
        )
        + ","
        + shades(*SUNSET),
        sound=melody(D4, E4, F4, A4, 0, A4, step=0.3),
    ),
)
