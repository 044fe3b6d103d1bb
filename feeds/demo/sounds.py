"""What the demo world's clips sound like: filter graphs of ffmpeg without an input, quiet and never harsh."""


def mastered(seconds: float) -> str:
    """Quiet (-12 dB at most), stereo, and soft at both ends, since players repeat it."""
    return (
        "aformat=channel_layouts=stereo:sample_rates=48000,alimiter=limit=0.25:level=false,"
        f"afade=d=0.3,afade=t=out:st={seconds - 0.5}:d=0.5,asetnsamples=1024:p=0"
    )


def chord(*tones: float, beat: float = 0.2) -> str:
    """A held chord that swells; the two sides are slightly out of tune with each other."""
    sides = (
        "+".join(
            f"{0.22 / len(tones):.3f}*sin(2*PI*{tone + detuned:.2f}*t+0.6*sin(2*PI*{tone / 2:.2f}*t))" for tone in tones
        )
        for detuned in (-0.4, 0.4)
    )
    return f"aevalsrc='{'|'.join(sides)}':s=48000,tremolo=f={beat}:d=0.5,lowpass=f=2200"


def melody(*tones: float, step: float = 0.3, fading: float = 5) -> str:
    """Plucked tones one after the other, for ever, with an echo. 0 is a rest."""
    choice = "+".join(f"{tone}*eq(mod(floor(t/{step}),{len(tones)}),{at})" for at, tone in enumerate(tones) if tone)
    pluck = f"exp(-{fading}*mod(t,{step}))*min(1,mod(t,{step})*200)"
    # The phase runs within each tone, so that a change of tone does not click.
    tone = f"0.35*{pluck}*(sin(2*PI*ld(0)*mod(t,{step}))+0.3*sin(4*PI*ld(0)*mod(t,{step})))"
    return f"aevalsrc='st(0,{choice});{tone}':s=48000,aecho=0.8:0.7:{int(step * 1500)}:0.35,lowpass=f=3000"


def breath(color: str = "brown", *, cutoff: int = 700, beat: float = 0.15) -> str:
    """Wind, waves or a fire, far away."""
    return f"anoisesrc=c={color}:a=0.35:r=48000,lowpass=f={cutoff},tremolo=f={beat}:d=0.8"


C3, D3, E3, F3, G3, A3, B3 = 130.81, 146.83, 164.81, 174.61, 196.0, 220.0, 246.94
C4, D4, E4, F4, G4, A4, B4 = (2 * tone for tone in (C3, D3, E3, F3, G3, A3, B3))
C5, D5, E5, G5, A5 = (2 * tone for tone in (C4, D4, E4, G4, A4))
