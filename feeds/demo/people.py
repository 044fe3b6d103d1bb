"""The demo world's cast: who they are, whom they follow, what they say. All of it is invented."""

from dataclasses import dataclass

PASSWORD = "demo-world"  # noqa: S105 - printed for whoever runs the site on their own machine
CREATOR, VIEWER, MODERATOR = "mira", "sam", "ines"
PRIVATE = "theo"


@dataclass(frozen=True)
class Person:
    """`follows` are handles, in the order in which they were followed."""

    handle: str
    name: str
    bio: str = ""
    follows: str = ""
    is_private: bool = False
    has_avatar: bool = True


PEOPLE = (
    Person(
        "mira",
        "Mira Lindqvist",
        "Trains, coasts and the ten minutes after sunset. New video most days.",
        follows="kofi layla freya sam",
    ),
    Person("sam", "Sam Rivera", "Mostly watching.", follows="mira kofi yuki layla arjun freya paula theo"),
    Person("ines", "Inês Carvalho", "Moderator here. Write to me when something is off.", follows="mira amara"),
    Person("kofi", "Kofi Mensah", "Demoscene since 1991. Accra.", follows="mira arjun tomas zofia diego"),
    Person("yuki", "山田 有希", "静かなものが好きです。Quiet things, Nagano.", follows="mira layla freya hana lars"),
    Person(
        "layla", "ليلى حدّاد", "أصوّر الضوء والأنماط. Light and patterns, Saida.", follows="mira yuki amara omar paula"
    ),
    Person(
        "paula", "🌈 Paula ✨", "Colour is a vegetable. Eat five a day 🥕", follows="mira kofi layla hana amara sam"
    ),
    Person(
        "maximiliana.w",
        "Maximiliana Wolfeschlegelsteinhausen-Bergerdorff",
        "Cello, signal processing, long names.",
        follows="mira arjun layla",
    ),
    Person(
        "arjun",
        "Arjun Patel",
        "One idea, one line of maths, six seconds.",
        follows="mira kofi zofia tomas maximiliana.w",
    ),
    Person("zofia", "Zofia Wiśniewska", "I draw with rules. Łódź.", follows="mira arjun tomas kofi"),
    Person(
        "amara",
        "Amara Okafor",
        "Stained glass, reefs, anything that light goes through.",
        follows="mira layla yuki paula sam",
    ),
    Person(
        "diego", "Diego Herrera", "Night bus driver. I film what the windscreen shows me.", follows="mira kofi omar"
    ),
    Person("freya", "Freya Jónsdóttir", "Akureyri. Sky reports, weather permitting.", follows="mira lars yuki"),
    Person("lars", "Lars Nygård", "Fjord, fog, repeat.", follows="mira freya tomas"),
    Person("hana", "김하나", "패턴 수집가. I collect patterns.", follows="mira yuki paula zofia theo"),
    Person("tomas", "Tomáš Dvořák", "Grids. Brno.", follows="mira arjun zofia"),
    Person("omar", "Omar El-Sayed", "Fires, kettles, slow evenings.", follows="mira diego layla theo"),
    Person("theo", "Théo Marchand", "Only for people I know.", follows="mira sam lars", is_private=True),
    Person("nell", "Nell", "Just arrived.", follows="mira"),
    Person("quiet_one", "", has_avatar=False),
)

# Whom the private account let in; who else asked is still waiting.
APPROVED = ("sam",)

# Who wrote what under which clip. Nobody more than nine: the site stops those who write faster.
COMMENTS = {
    "hills": (
        ("freya", "The way the near ones move and the far ones don't. That's exactly what it is like."),
        ("kofi", "Six layers and I would have sworn it was a window."),
        ("sam", "Which line is this? I want to take it."),
        ("nell", "First video I've seen here. Good start."),
    ),
    "sea": (
        ("lars", "We had the same light up here, twenty minutes later."),
        ("paula", "That orange 🧡"),
        ("omar", "I could leave this running all evening."),
    ),
    "dusk": (("yuki", "きれい。"), ("layla", "كأنّه غروب صيدا."), ("ines", "Best use of six seconds today.")),
    "lava": (
        ("arjun", "Are they solving for each other, or just orbiting?"),
        ("diego", "My aunt had one of these. Less maths."),
    ),
    "rotozoom": (
        ("tomas", "On what machine?"),
        ("kofi", "A 386 with more optimism than memory."),
        ("zofia", "Younger than this effect and still impressed."),
    ),
    "mandelbrot2": (("arjun", "There it is."),),
    "ripples": (("mira", "I watched until they cancelled out."), ("amara", "So calm. The bells too.")),
    "fireflies": (
        ("hana", "We used to catch these at my grandparents'."),
        ("mira", "More of this, please."),
        ("freya", "Jealous. We have midges."),
    ),
    "aurora": (
        ("lars", "Cloud here. Of course."),
        ("sam", "Minus fourteen, thank you for standing there so that I don't have to."),
        ("mira", "Were you out alone?"),
        ("freya", "With the dog. She was not impressed."),
    ),
    "plasma": (("hana", "Colours I want to eat."), ("sam", "Put this on the side of a building.")),
    "spiral": (("maximiliana.w", "I did stare for too long."), ("paula", "Told you 🍭")),
    "galaxy": (
        ("zofia", "Logarithmic?"),
        ("arjun", "Logarithmic. Two arms, one shear."),
        ("maximiliana.w", "The A and the B together suit it well."),
    ),
    "mandelbrot": (
        ("kofi", "You checked?"),
        ("arjun", "I got as far as lunch."),
        ("tomas", "It's seahorses all the way down."),
    ),
    "life": (("zofia", "The fading ones make it."), ("amara", "Somehow sad and cheerful at once.")),
    "flower": (("amara", "رائعة. Beautiful."), ("yuki", "How many petals? I count six."), ("layla", "ستّ، نعم.")),
    "kaleidoscope": (("omar", "I had the same one. Lost it in the sea."), ("paula", "Turn it more. TURN IT MORE")),
    "waves": (
        ("maximiliana.w", "D minor and I am four years old again."),
        ("sam", "I didn't expect to feel things about a line."),
    ),
    "coral": (("layla", "It looks like it is breathing."), ("arjun", "Four or more is a lovely rule.")),
    "glass": (("paula", "The edges 😍"), ("layla", "أحبّ هذا.")),
    "tunnel": (
        ("omar", "Drive carefully, friend."),
        ("kofi", "Tunnel effect, respect."),
        ("diego", "Forty an hour, I promise."),
    ),
    "clouds": (("freya", "We'll have that tomorrow, then."),),
    "campfire": (("mira", "The sound is what does it."), ("diego", "Pass the kettle.")),
    "maze": (("arjun", "I found the exit. There is none."), ("hana", "It closed behind me.")),
    "lissajous": (
        ("arjun", "Frame this and hang it in every music school."),
        ("mira", "So that's what it looks like."),
    ),
    "stripes": (("paula", "Wrapping EVERYTHING in this"),),
    "moire": (("tomas", "My eye would like a word with you."), ("arjun", "The best ones are never in the file.")),
}
