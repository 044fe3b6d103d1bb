"""The demo world's videos: what ffmpeg's generators can draw and play by themselves, so that no file is shipped.

Every picture is computed small and enlarged, which keeps all of them together within a minute of one core. No
`drawtext` (a machine may lack fonts) and nothing newer than ffmpeg 5.1.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from videos.media import ffmpeg_path

WIDTH, HEIGHT, FPS = 540, 960, 30
FULL = f"s={WIDTH}x{HEIGHT}:r={FPS}"
NOISE = f"nullsrc=r={FPS}:s="


@dataclass(frozen=True, kw_only=True)
class Clip:
    """`by` is the handle of its creator; `picture` and `sound` are filter graphs without an input."""

    key: str
    by: str
    caption: str
    picture: str
    sound: str
    seconds: float = 6
    visibility: str = "everyone"


def render(clip: Clip) -> bytes:
    """The clip as an MP4, as a phone would hand it over. Raises CalledProcessError."""
    command = [
        *(ffmpeg_path(), "-nostdin", "-hide_banner", "-loglevel", "error", "-filter_complex_threads", "1"),
        *("-filter_complex", f"{clip.picture},setsar=1,format=yuv420p[v];{clip.sound},{_mastered(clip.seconds)}[a]"),
        *("-map", "[v]", "-map", "[a]", "-t", str(clip.seconds)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "17", "-threads", "1", "-c:a", "aac", "-b:a", "96k"),
        *("-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"),
    ]
    return subprocess.run(command, check=True, capture_output=True).stdout


# --- Sound ----------------------------------------------------------------------------------------------------


def _mastered(seconds: float) -> str:
    """Quiet (-12 dB at most), stereo, and soft at both ends, since players repeat it."""
    return (
        "aformat=channel_layouts=stereo:sample_rates=48000,alimiter=limit=0.25:level=false,"
        f"afade=d=0.3,afade=t=out:st={seconds - 0.5}:d=0.5"
    )


def chord(*tones: float, beat: float = 0.2) -> str:
    """A held chord that swells; the two sides are slightly out of tune with each other."""
    sides = (
        "+".join(f"0.11*sin(2*PI*{tone + detuned:.2f}*t+0.6*sin(2*PI*{tone / 2:.2f}*t))" for tone in tones)
        for detuned in (-0.4, 0.4)
    )
    return f"aevalsrc='{'|'.join(sides)}':s=48000,tremolo=f={beat}:d=0.5,lowpass=f=2200"


def melody(*tones: float, step: float = 0.3, fading: float = 5) -> str:
    """Plucked tones one after the other, for ever, with an echo. 0 is a rest."""
    choice = "+".join(f"{tone}*eq(mod(floor(t/{step}),{len(tones)}),{at})" for at, tone in enumerate(tones) if tone)
    pluck = f"exp(-{fading}*mod(t,{step}))*min(1,mod(t,{step})*200)"
    # The phase runs within each tone, so that a change of tone does not click.
    tone = f"0.2*{pluck}*(sin(2*PI*ld(0)*mod(t,{step}))+0.3*sin(4*PI*ld(0)*mod(t,{step})))"
    return f"aevalsrc='st(0,{choice});{tone}':s=48000,aecho=0.8:0.7:{int(step * 1500)}:0.35,lowpass=f=3000"


def breath(color: str = "brown", *, cutoff: int = 700, beat: float = 0.15) -> str:
    """Wind, waves or a fire, far away."""
    return f"anoisesrc=c={color}:a=0.35:r=48000,lowpass=f={cutoff},tremolo=f={beat}:d=0.8"


C3, D3, E3, F3, G3, A3, B3 = 130.81, 146.83, 164.81, 174.61, 196.0, 220.0, 246.94
C4, D4, E4, F4, G4, A4, B4 = (2 * tone for tone in (C3, D3, E3, F3, G3, A3, B3))
C5, D5, E5, G5, A5 = (2 * tone for tone in (C4, D4, E4, G4, A4))


# --- Colour ---------------------------------------------------------------------------------------------------


def shades(*colors: str) -> str:
    """Colours a grey picture: black becomes the first colour, white the last, evenly between."""
    parts = len(colors) - 1
    channels = []
    for name, at in (("r", 0), ("g", 2), ("b", 4)):
        levels = [int(color[at : at + 2], 16) for color in colors]
        climbs = [
            f"{above - below}*clip(val*{parts}/maxval-{part},0,1)"
            for part, (below, above) in enumerate(pairwise(levels))
        ]
        channels.append(f"{name}='{'+'.join([str(levels[0]), *climbs])}'")
    return f"format=gbrp,lutrgb={':'.join(channels)}"


SUNSET = ("1b1035", "5b1a5e", "c2345c", "f9825b", "ffd98a")
OCEAN = ("03122e", "07406b", "1287a5", "6fd3cf", "eefaf1")
FIRE = ("090306", "5a0d10", "c93a10", "f99b1c", "fff0b3")
FOREST = ("04140f", "0c3b2e", "2c7a4b", "a3c76d", "f4f1c9")
VIOLET = ("0d0628", "3a1a78", "7c3aed", "d46ae6", "ffe3f6")
AURORA = ("030616", "0a2a43", "11806a", "4ff0a0", "d8ffe9")
CANDY = ("2b1055", "7597de", "ff9ecd", "ffd6a5", "fffbe8")
ICE = ("061029", "1f3b73", "5c8fd6", "b7dcf5", "ffffff")
COPPER = ("0f0a0a", "4a2418", "a1512b", "e3a15a", "fdf0d0")
NEON = ("05010f", "12086f", "2b35af", "e11d8f", "2ff3e0")


# --- Pictures -------------------------------------------------------------------------------------------------


def enlarged(flags: str = "bicubic") -> str:
    return f"scale={WIDTH}:{HEIGHT}:flags={flags}"


def field(formula: str, colors: Sequence[str], *, width: int = 180) -> str:
    """A grey value for every point and moment. Registers: 0 and 1 hold x and y, from the middle in units of the
    width, so that y runs from about -0.9 to 0.9; T is the second. The formula is 0 to 1."""
    height = width * HEIGHT // WIDTH
    grey = f"st(0,X/W-0.5);st(1,(Y-H/2)/W);255*clip({formula},0,1)"
    return f"nullsrc=s={width}x{height}:r={FPS},format=gray,geq=lum='{grey}',{enlarged()},{shades(*colors)}"


def mirrored(picture: str) -> str:
    """Left mirrored to the right, then the top to the bottom: a kaleidoscope of any quarter picture."""
    return f"{picture},split[l],hflip[r];[l][r]hstack,split[t],vflip[b];[t][b]vstack"


def life(
    colors: tuple[str, str, str], *, rule: str = "S23/B3", ratio: float = 0.2, seed: int = 7, size: str = "108x192"
) -> str:
    """`colors`: of the living, of the long dead, and of what has just died."""
    alive, dead, mold = (f"0x{color}" for color in colors)
    return (
        f"life=s={size}:r=15:rule={rule}:ratio={ratio}:seed={seed}:mold=8"
        f":life_color={alive}:death_color={dead}:mold_color={mold},fps={FPS}"
    )


def automaton(rule: int, *, size: str = "135x240", rate: int = FPS, **options: object) -> str:
    """White cells on black, a new line with every picture."""
    given = "".join(f":{name}={value}" for name, value in options.items())
    return f"cellauto=s={size}:rule={rule}:r={rate}:full=1{given},fps={FPS},format=gray"


def gradient(*colors: str, kind: str = "linear", speed: float = 0.01, seed: int = 3) -> str:
    given = ":".join(f"c{at}=0x{color}" for at, color in enumerate(colors))
    return f"gradients={FULL}:type={kind}:n={len(colors)}:{given}:speed={speed}:seed={seed}"


def tinted(shape: str, tint: str, mode: str = "multiply") -> str:
    """A shape in the colours of another picture."""
    return f"{shape},format=gbrp[shape];{tint},format=gbrp[tint];[shape][tint]blend=all_mode={mode}"


def clouds(colors: Sequence[str], *, cells: str = "7x12", rate: float = 1.5, seed: int = 5, then: str = "null") -> str:
    """Noise so coarse that enlarging it makes drifting shapes, a new one every moment and blended between."""
    return (
        f"color=gray:s={cells}:r={rate},format=gray,noise=alls=100:allf=t:all_seed={seed},"
        f"framerate=fps={FPS}:interp_start=0:interp_end=255:scene=100,{enlarged()},gblur=sigma=14,"
        f"normalize=smoothing=30,format=gray,{then},{shades(*colors)}"
    )


def hills(*, layers: int = 6) -> str:
    """Ranges of hills, the nearer the lower, the darker and the faster."""
    lines = "+".join(
        f"clip((ld(1)-{-0.32 + 0.2 * at:.2f}"
        f"-{0.05 + 0.012 * at:.3f}*sin({7 - 0.6 * at:.1f}*(ld(0)+T*{0.015 * (at + 1) ** 1.5:.3f})+{at * 2.1:.1f})"
        f"-0.025*sin({17 - at}*(ld(0)+T*{0.015 * (at + 1) ** 1.5:.3f})+{at}))*120,0,1)"
        for at in range(layers)
    )
    sun = "0.25*clip((0.13-hypot(ld(0)-0.12,ld(1)+0.45))*120,0,1)"
    return f"0.72-0.12*(ld(1)+0.9)+{sun}*(1-clip({lines},0,1))-0.115*({lines})"


def blobs(*orbits: tuple[float, float, float, float], size: float = 0.012) -> str:
    """Round lights on orbits (width, height, speed, phase) that melt into each other."""
    return "+".join(
        f"{size}/(pow(ld(0)-{wide}*sin({speed}*T+{phase}),2)+pow(ld(1)-{high}*cos({speed * 0.7:.2f}*T+{phase * 1.7:.2f}),2)+0.004)"
        for wide, high, speed, phase in orbits
    )


RIPPLES = (
    "0.5+0.25*sin(40*hypot(ld(0)+0.2*sin(T/2),ld(1)+0.35)-5*T)+0.25*sin(40*hypot(ld(0)-0.15,ld(1)-0.4*cos(T/3))-5*T)"
)
PLASMA = "0.5+0.2*sin(6*ld(0)+T)+0.2*sin(5*ld(1)-1.3*T)+0.2*sin(7*hypot(ld(0)-0.3*sin(T/2),ld(1)-0.4*cos(T/3))+T)"
GALAXY = (
    "st(2,hypot(ld(0),ld(1)*0.75));st(3,atan2(ld(1)*0.75,ld(0)));"
    "0.85*exp(-5*ld(2))+0.75*exp(-2.2*ld(2))*pow(0.5+0.5*sin(2*ld(3)+9*log(ld(2)+0.02)-1.2*T),2)"
)
TUNNEL = (
    "st(2,hypot(ld(0)-0.08*sin(T),ld(1)-0.08*cos(T)));st(3,atan2(ld(1)-0.08*cos(T),ld(0)-0.08*sin(T)));"
    "clip(ld(2)*2.2,0,1)*(0.5+0.5*clip(3*sin(1.4/(ld(2)+0.05)+4*T)*sin(6*ld(3)+T),-1,1))"
)
FLOWER = (
    "st(2,hypot(ld(0),ld(1)));st(3,atan2(ld(1),ld(0)));"
    "0.5+0.5*sin(22*ld(2)*(1+0.35*sin(6*ld(3)+T))-3*T)*exp(-0.9*ld(2))"
)
CURTAINS = (
    "st(2,0.12*sin(5*ld(0)+0.7*T)+0.06*sin(13*ld(0)-T));st(3,ld(1)+0.25+ld(2));"
    "(0.35+0.65*pow(0.5+0.5*sin(34*ld(0)+6*ld(2)+1.3*T),2))*exp(-3.2*abs(ld(3)-0.25*lt(ld(3),0)*ld(3)))*(0.35+0.65*gt(0.35,ld(3)))"
    "+0.10*clip(0.9-ld(1),0,1)"
)
MOIRE = (
    "0.5+0.5*clip(6*sin(70*hypot(ld(0)-0.18*sin(T*0.8),ld(1)-0.22*cos(T*0.6)))"
    "*sin(70*hypot(ld(0)+0.18*sin(T*0.7),ld(1)+0.22*cos(T*0.9))),-1,1)"
)
ROTOZOOM = (
    "st(2,1.5+sin(T*0.7));st(3,ld(0)*cos(T*0.5)-ld(1)*sin(T*0.5));st(4,ld(0)*sin(T*0.5)+ld(1)*cos(T*0.5));"
    "0.15+0.6*mod(floor(ld(3)*4*ld(2)+50)+floor(ld(4)*4*ld(2)+50),2)+0.25*(0.5-ld(1)*0.5)"
)
GLASS = (
    "2.4*"
    + "".join(
        f"min(hypot(ld(0)-{0.35 - 0.1 * at:.2f}*sin({0.5 + 0.13 * at:.2f}*T+{at * 2.3:.1f}),ld(1)-0.75*cos({0.4 + 0.09 * at:.2f}*T+{at * 1.1:.1f})),"
        for at in range(7)
    )
    + "1"
    + ")" * 7
)
SEA = (
    "st(2,ld(1)-0.05);st(3,hypot(ld(0),ld(1)+0.12));"
    "if(lt(ld(2),0),0.30+0.42*(1+ld(2)*0.9)+0.3*clip((0.17-ld(3))*90,0,1)+0.12*exp(-4*ld(3)),"
    "0.16+0.1*sin(120*pow(ld(2)+0.05,0.6)-3*T+3*sin(9*ld(0)+T))"
    "+0.6*exp(-9*abs(ld(0)+0.05*sin(90*pow(ld(2)+0.04,0.5)-4*T))/(0.5+2.2*ld(2)))*(0.5+0.5*sin(150*pow(ld(2)+0.05,0.55)-4*T)))"
)
FIREFLIES = "+".join(
    f"exp(-2600*(pow(ld(0)-{0.1 + 0.032 * at:.3f}*sin({0.9 + 0.23 * at:.2f}*T+{at * 1.9:.1f})-{0.12 * (at % 3 - 1):.2f},2)"
    f"+pow(ld(1)-{0.75 - 0.05 * at:.2f}*cos({0.5 + 0.17 * at:.2f}*T+{at * 2.7:.1f}),2)))"
    for at in range(9)
)
STRIPES = "0.5+0.5*clip(8*sin(26*(ld(0)*0.6+ld(1))+6*sin(3*ld(0)+T)+2*T),-1,1)*0.9"
