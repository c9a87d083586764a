"""What people are told about their photo, in English: a cause, and what to do.

Style: the GOV.UK content guide, and New Zealand's list of reasons for photos that were
refused.
"""

from __future__ import annotations

Words = tuple[str, str]

#: What stops.
STOPS: dict[str, Words] = {
    "empty": (
        "The selected file is empty.",
        "Choose another file, or take a new photo.",
    ),
    "too-large": (
        "The selected file must be smaller than 25MB.",
        "Open it in a photo app, export it as a JPEG, and choose that file.",
    ),
    "too-many-pixels": (
        "The picture has more pixels than we can read.",
        "Open it in a photo app, export it as a smaller JPEG, and choose that file.",
    ),
    "not-a-picture": (
        "The selected file is not a photo that we can read.",
        "Choose a JPEG, PNG, HEIC, WebP or AVIF file.",
    ),
    "other-format": (
        "We cannot read pictures in this format.",
        (
            "Open it in a photo app, export it as a JPEG or PNG, and choose that file. A "
            "screenshot of the photo works too."
        ),
    ),
    "other-coding": (
        "This JPEG is stored in a way that few programs can read.",
        (
            "Open it in a photo app, export it as a JPEG again, and choose that file. A "
            "screenshot of the photo works too."
        ),
    ),
    "broken": (
        "We could not read the picture.",
        (
            "The file may be damaged, or only part of it arrived. Send it again, or choose "
            "another photo."
        ),
    ),
    "animated": (
        "The selected file is a moving picture.",
        "Choose a still photo. A screenshot of it works too.",
    ),
    "no-face": (
        "We could not find a face in the photo.",
        "Choose a photo that shows your whole face from the front, in good light.",
    ),
}

#: What was done, and is said. It asks for nothing.
NOTES: dict[str, Words] = {
    "turned-upright": (
        "We turned your photo the right way up.",
        "If it is the wrong way up now, choose another photo.",
    ),
    "end-missing": (
        "The end of the file is missing, but your face is there.",
        "If the picture looks right, use it.",
    ),
}

#: What is advised.
ADVICE: dict[str, Words] = {
    "several-faces": (
        "There seems to be more than one person in the photo.",
        (
            "Choose a photo of you alone, or cut the others off. If the other face is a "
            "picture or a statue, you can use this photo."
        ),
    ),
    "small-face": (
        "There seems to be another face behind you, of a person or in a picture.",
        (
            "Choose a photo with a plain background. If it cannot be mistaken for you, you "
            "can use this photo."
        ),
    ),
    "too-small": (
        "Your face is small in the photo, and will look coarse when it is printed.",
        "Choose a photo taken from nearer, or the original if this is a small copy.",
    ),
    "too-close": (
        "Your head fills the whole photo.",
        (
            "Choose a photo that also shows your shoulders, one that was not cropped. We cut "
            "the photo for you."
        ),
    ),
    "cut-off": (
        "Part of your head seems to be outside of the photo.",
        (
            "Choose a photo that shows your whole head, one that was not cropped. We cut the "
            "photo for you. If your whole head can be seen, use this photo."
        ),
    ),
    "little-above": (
        "There is little room above your head.",
        (
            "Choose a photo with some background above your head, one that was not cropped. "
            "We cut the photo for you."
        ),
    ),
    "little-below": (
        "Your shoulders are not in the photo.",
        "Choose a photo that shows your head, neck and shoulders. We cut the photo for you.",
    ),
    "off-side": (
        "Your face is close to one side of the photo.",
        (
            "Choose a photo with some room on both sides, one that was not cropped. We cut "
            "the photo for you."
        ),
    ),
    "backlit": (
        "There is a window or lamp behind you, and your face is dark.",
        (
            "Choose a photo taken with the light in front of you. If your face can be seen "
            "well, you can use this photo."
        ),
    ),
    "too-dark": (
        "The photo seems to be very dark.",
        (
            "Choose a photo taken in daylight or facing a lamp. If your face can be seen "
            "well, you can use this photo."
        ),
    ),
    "too-bright": (
        "Parts of your face are washed out by light.",
        (
            "Choose a photo taken out of direct sun and without flash. If your whole face can be "
            "seen well, you can use this photo."
        ),
    ),
    "uneven-light": (
        "One side of your face seems to be in shadow.",
        (
            "Choose a photo taken with the light in front of you. If both sides can be seen "
            "well, you can use this photo."
        ),
    ),
    "shadow": (
        "A shadow seems to fall on part of your face.",
        (
            "Choose a photo taken in even light, without a hat's or a tree's shadow. If there "
            "is no shadow, you can use this photo."
        ),
    ),
    "black-and-white": (
        "The photo is in black and white.",
        "Choose a photo in colour. If you have none, you can use this one.",
    ),
    "tinted": (
        "The whole photo has one tint, as with a filter or an old print.",
        "Choose a photo without a filter. If you have none, you can use this one.",
    ),
    "odd-colours": (
        "The colours look unusual.",
        (
            "Choose a photo taken in daylight and without a filter. If the colours look right "
            "to you, you can use this photo."
        ),
    ),
    "turned": (
        "It looks like you are turned to one side.",
        ("Choose a photo in which you look straight at the camera. If you do in this one, use it."),
    ),
    "tilted": (
        "Your head seems to be tilted up or down.",
        "Choose a photo taken at the height of your eyes. If this one was, use it.",
    ),
    "sideways": (
        "Your head seems to lean to one side.",
        "Choose a photo in which your head is upright. We straighten small angles for you.",
    ),
    "blurred": (
        "The photo seems to be blurred.",
        (
            "Choose a sharper photo, or the original if this is a small copy. If it looks sharp "
            "to you, you can use this photo."
        ),
    ),
    "eyes-closed": (
        "It looks like your eyes are closed or nearly closed.",
        "Choose a photo with your eyes open. If your eyes are open, use this photo.",
    ),
    "mouth-open": (
        "It looks like your mouth is open.",
        "Choose a photo with your mouth closed. If it is closed, use this photo.",
    ),
    "smiling": (
        "It looks like you are smiling broadly.",
        "For this document, choose a photo with a neutral expression.",
    ),
    "screen": (
        "This looks like a photo of a screen or of a printed picture.",
        "Choose the original file, or take a new photo. If it is the original, use it.",
    ),
    "drawing": (
        "This looks like a drawing, or a photo changed by a filter.",
        "Choose a photo as your camera took it. If it is one, use it.",
    ),
    "busy-background": (
        "The background is not plain.",
        (
            "Choose a photo taken in front of a plain wall. If the background looks plain to "
            "you, you can use this photo."
        ),
    ),
    "compressed": (
        "The photo seems to have lost detail when it was saved or sent.",
        (
            "Choose the photo as your camera took it, not one sent by a messenger. If it looks "
            "clear to you, you can use this photo."
        ),
    ),
}
