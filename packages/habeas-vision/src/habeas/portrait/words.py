"""What people are told about their photo: a cause, and what to do. English and Russian.

Second person and hedged, never a verdict on the person and nothing about anybody's skin. What
is advised can be done with a photo that exists already (choose another, use it anyway), and
where a check can be wrong the words say how to go on. Advice never stops anybody. Style: the
GOV.UK content guide and New Zealand's list of reasons for photos that were refused.
"""

from __future__ import annotations

Words = dict[str, tuple[str, str]]

#: What stops.
STOPS: dict[str, Words] = {
    "empty": {
        "en": ("The selected file is empty.", "Choose another file, or take a new photo."),
        "ru": ("Выбранный файл пуст.", "Выберите другой файл или сделайте новое фото."),
    },
    "too-large": {
        "en": (
            "The selected file must be smaller than 25MB.",
            "Open it in a photo app, export it as a JPEG, and choose that file.",
        ),
        "ru": (
            "Файл должен быть меньше 25 МБ.",
            "Откройте его в программе для фото, сохраните как JPEG и выберите этот файл.",
        ),
    },
    "too-many-pixels": {
        "en": (
            "The picture has more pixels than we can read.",
            "Open it in a photo app, export it as a smaller JPEG, and choose that file.",
        ),
        "ru": (
            "В изображении больше пикселей, чем мы можем прочитать.",
            "Откройте его в программе для фото, сохраните как JPEG поменьше и выберите этот файл.",
        ),
    },
    "not-a-picture": {
        "en": (
            "The selected file is not a photo that we can read.",
            "Choose a JPEG, PNG, HEIC, WebP or AVIF file.",
        ),
        "ru": (
            "Мы не можем прочитать этот файл как фотографию.",
            "Выберите файл JPEG, PNG, HEIC, WebP или AVIF.",
        ),
    },
    "other-format": {
        "en": (
            "We cannot read pictures in this format.",
            (
                "Open it in a photo app, export it as a JPEG or PNG, and choose that file. "
                "A screenshot of the photo works too."
            ),
        ),
        "ru": (
            "Мы не читаем изображения в этом формате.",
            (
                "Откройте его в программе для фото, сохраните как JPEG или PNG и выберите этот "
                "файл. Подойдёт и снимок экрана."
            ),
        ),
    },
    "other-coding": {
        "en": (
            "This JPEG is stored in a way that few programs can read.",
            (
                "Open it in a photo app, export it as a JPEG again, and choose that file. "
                "A screenshot of the photo works too."
            ),
        ),
        "ru": (
            "Этот файл JPEG записан так, что его читают немногие программы.",
            (
                "Откройте его в программе для фото, сохраните как JPEG ещё раз и выберите этот "
                "файл. Подойдёт и снимок экрана."
            ),
        ),
    },
    "broken": {
        "en": (
            "We could not read the picture.",
            (
                "The file may be damaged, or only part of it arrived. Send it again, or choose "
                "another photo."
            ),
        ),
        "ru": (
            "Не удалось прочитать изображение.",
            (
                "Возможно, файл повреждён или дошёл не полностью. Отправьте его ещё раз или "
                "выберите другое фото."
            ),
        ),
    },
    "animated": {
        "en": (
            "The selected file is a moving picture.",
            "Choose a still photo. A screenshot of it works too.",
        ),
        "ru": (
            "Это движущееся изображение.",
            "Выберите обычную фотографию. Подойдёт и снимок экрана.",
        ),
    },
    "no-face": {
        "en": (
            "We could not find a face in the photo.",
            "Choose a photo that shows your whole face from the front, in good light.",
        ),
        "ru": (
            "Мы не нашли лица на фотографии.",
            "Выберите фото, на котором всё лицо видно спереди, при хорошем свете.",
        ),
    },
}

#: What was done, and is said. It asks for nothing.
NOTES: dict[str, Words] = {
    "turned-upright": {
        "en": (
            "We turned your photo the right way up.",
            "If it is the wrong way up now, choose another photo.",
        ),
        "ru": (
            "Мы повернули ваше фото как нужно.",
            "Если теперь оно стоит неправильно, выберите другое.",
        ),
    },
    "end-missing": {
        "en": (
            "The end of the file is missing, but your face is there.",
            "If the picture looks right, use it.",
        ),
        "ru": (
            "Конец файла не дошёл, но лицо на фото есть.",
            "Если изображение выглядит правильно, используйте его.",
        ),
    },
}

#: What is advised.
ADVICE: dict[str, Words] = {
    "several-faces": {
        "en": (
            "There seems to be more than one person in the photo.",
            (
                "Choose a photo of you alone, or cut the others off. If the other face is a "
                "picture or a statue, you can use this photo."
            ),
        ),
        "ru": (
            "Похоже, на фото не один человек.",
            (
                "Выберите фото, где вы одни, или обрежьте его. Если второе лицо – это картина "
                "или статуя, фото можно использовать."
            ),
        ),
    },
    "small-face": {
        "en": (
            "There seems to be another face behind you, of a person or in a picture.",
            (
                "Choose a photo with a plain background. If it cannot be mistaken for you, "
                "you can use this photo."
            ),
        ),
        "ru": (
            "Похоже, позади вас есть ещё одно лицо – человека или на картине.",
            (
                "Выберите фото с однотонным фоном. Если перепутать его с вами нельзя, фото "
                "можно использовать."
            ),
        ),
    },
    "too-small": {
        "en": (
            "Your face is small in the photo, and will look coarse when it is printed.",
            "Choose a photo taken from nearer, or the original if this is a small copy.",
        ),
        "ru": (
            "Лицо на фото мелкое, и при печати оно будет нечётким.",
            "Выберите фото, снятое ближе, или оригинал, если это уменьшенная копия.",
        ),
    },
    "too-close": {
        "en": (
            "Your head fills the whole photo.",
            (
                "Choose a photo that also shows your shoulders, one that was not cropped. "
                "We cut the photo for you."
            ),
        ),
        "ru": (
            "Голова занимает всё фото.",
            "Выберите фото, где видны и плечи, без обрезки. Мы обрежем его сами.",
        ),
    },
    "cut-off": {
        "en": (
            "Part of your head seems to be outside of the photo.",
            (
                "Choose a photo that shows your whole head, one that was not cropped. "
                "We cut the photo for you."
            ),
        ),
        "ru": (
            "Похоже, часть головы не попала на фото.",
            "Выберите фото, где голова видна целиком, без обрезки. Мы обрежем его сами.",
        ),
    },
    "little-above": {
        "en": (
            "There is little room above your head.",
            (
                "Choose a photo with some background above your head, one that was not cropped. "
                "We cut the photo for you."
            ),
        ),
        "ru": (
            "Над головой мало места.",
            "Выберите фото, где над головой виден фон, без обрезки. Мы обрежем его сами.",
        ),
    },
    "little-below": {
        "en": (
            "Your shoulders are not in the photo.",
            "Choose a photo that shows your head, neck and shoulders. We cut the photo for you.",
        ),
        "ru": (
            "Плечи не попали на фото.",
            "Выберите фото, где видны голова, шея и плечи. Мы обрежем его сами.",
        ),
    },
    "off-side": {
        "en": (
            "Your face is close to one side of the photo.",
            (
                "Choose a photo with some room on both sides, one that was not cropped. "
                "We cut the photo for you."
            ),
        ),
        "ru": (
            "Лицо находится у самого края фото.",
            "Выберите фото, где место есть с обеих сторон, без обрезки. Мы обрежем его сами.",
        ),
    },
    "backlit": {
        "en": (
            "There is a window or lamp behind you, and your face is dark.",
            (
                "Choose a photo taken with the light in front of you. If your face can be seen "
                "well, you can use this photo."
            ),
        ),
        "ru": (
            "Позади вас окно или лампа, и лицо получилось тёмным.",
            (
                "Выберите фото, снятое при свете спереди. Если лицо хорошо видно, фото можно "
                "использовать."
            ),
        ),
    },
    "too-dark": {
        "en": (
            "The photo seems to be very dark.",
            (
                "Choose a photo taken in daylight or facing a lamp. If your face can be seen "
                "well, you can use this photo."
            ),
        ),
        "ru": (
            "Похоже, фото очень тёмное.",
            (
                "Выберите фото, снятое при дневном свете или лицом к лампе. Если лицо хорошо "
                "видно, фото можно использовать."
            ),
        ),
    },
    "too-bright": {
        "en": (
            "Parts of your face are washed out by light.",
            "Choose a photo taken out of direct sun and without flash.",
        ),
        "ru": (
            "Часть лица пересвечена.",
            "Выберите фото, снятое не под прямым солнцем и без вспышки.",
        ),
    },
    "uneven-light": {
        "en": (
            "One side of your face seems to be in shadow.",
            (
                "Choose a photo taken with the light in front of you. If both sides can be seen "
                "well, you can use this photo."
            ),
        ),
        "ru": (
            "Похоже, одна сторона лица в тени.",
            (
                "Выберите фото, снятое при свете спереди. Если обе стороны хорошо видно, фото "
                "можно использовать."
            ),
        ),
    },
    "shadow": {
        "en": (
            "A shadow seems to fall on part of your face.",
            (
                "Choose a photo taken in even light, without a hat's or a tree's shadow. If there "
                "is no shadow, you can use this photo."
            ),
        ),
        "ru": (
            "Похоже, на часть лица падает тень.",
            (
                "Выберите фото, снятое при ровном свете, без тени от шляпы или дерева. Если тени "
                "нет, фото можно использовать."
            ),
        ),
    },
    "black-and-white": {
        "en": (
            "The photo is in black and white.",
            "Choose a photo in colour. If you have none, you can use this one.",
        ),
        "ru": (
            "Фото чёрно-белое.",
            "Выберите цветное фото. Если его нет, используйте это.",
        ),
    },
    "tinted": {
        "en": (
            "The whole photo has one tint, as with a filter or an old print.",
            "Choose a photo without a filter. If you have none, you can use this one.",
        ),
        "ru": (
            "Всё фото одного оттенка, как с фильтром или на старом отпечатке.",
            "Выберите фото без фильтра. Если его нет, используйте это.",
        ),
    },
    "odd-colours": {
        "en": (
            "The colours look unusual.",
            (
                "Choose a photo taken in daylight and without a filter. If the colours look right "
                "to you, you can use this photo."
            ),
        ),
        "ru": (
            "Цвета выглядят необычно.",
            (
                "Выберите фото, снятое при дневном свете и без фильтра. Если цвета вам кажутся "
                "правильными, фото можно использовать."
            ),
        ),
    },
    "turned": {
        "en": (
            "It looks like you are turned to one side.",
            "Choose a photo in which you look straight at the camera.",
        ),
        "ru": (
            "Похоже, вы повернулись в сторону.",
            "Выберите фото, где вы смотрите прямо в камеру.",
        ),
    },
    "tilted": {
        "en": (
            "Your head seems to be tilted up or down.",
            "Choose a photo taken at the height of your eyes.",
        ),
        "ru": (
            "Похоже, голова наклонена вверх или вниз.",
            "Выберите фото, снятое на уровне глаз.",
        ),
    },
    "sideways": {
        "en": (
            "Your head seems to lean to one side.",
            "Choose a photo in which your head is upright. We straighten small angles for you.",
        ),
        "ru": (
            "Похоже, голова наклонена вбок.",
            "Выберите фото, где голова прямо. Небольшой наклон мы исправим сами.",
        ),
    },
    "blurred": {
        "en": (
            "The photo seems to be blurred.",
            "Choose a sharper photo, or the original if this is a small copy.",
        ),
        "ru": (
            "Похоже, фото нерезкое.",
            "Выберите более резкое фото или оригинал, если это уменьшенная копия.",
        ),
    },
    "eyes-closed": {
        "en": (
            "It looks like your eyes are closed or nearly closed.",
            "Choose a photo with your eyes open. If your eyes are open, use this photo.",
        ),
        "ru": (
            "Похоже, глаза закрыты или почти закрыты.",
            "Выберите фото с открытыми глазами. Если глаза открыты, используйте это фото.",
        ),
    },
    "mouth-open": {
        "en": (
            "It looks like your mouth is open.",
            "Choose a photo with your mouth closed. If it is closed, use this photo.",
        ),
        "ru": (
            "Похоже, рот открыт.",
            "Выберите фото с закрытым ртом. Если он закрыт, используйте это фото.",
        ),
    },
    "smiling": {
        "en": (
            "It looks like you are smiling broadly.",
            "For this document, choose a photo with a neutral expression.",
        ),
        "ru": (
            "Похоже, вы широко улыбаетесь.",
            "Для этого документа выберите фото со спокойным выражением лица.",
        ),
    },
    "screen": {
        "en": (
            "This looks like a photo of a screen or of a printed picture.",
            "Choose the original file, or take a new photo. If it is the original, use it.",
        ),
        "ru": (
            "Похоже, это снимок экрана камерой или фото отпечатка.",
            "Выберите исходный файл или сделайте новое фото. Если это оригинал, используйте его.",
        ),
    },
    "drawing": {
        "en": (
            "This looks like a drawing, or a photo changed by a filter.",
            "Choose a photo as your camera took it. If it is one, use it.",
        ),
        "ru": (
            "Похоже, это рисунок или фото, изменённое фильтром.",
            "Выберите фото прямо с камеры. Если это оно, используйте его.",
        ),
    },
    "busy-background": {
        "en": (
            "The background is not plain.",
            "Choose a photo taken in front of a plain wall.",
        ),
        "ru": (
            "Фон не однотонный.",
            "Выберите фото, снятое у однотонной стены.",
        ),
    },
    "compressed": {
        "en": (
            "The photo seems to have lost detail when it was saved or sent.",
            "Choose the photo as your camera took it, not one sent by a messenger.",
        ),
        "ru": (
            "Похоже, при сохранении или пересылке фото потеряло детали.",
            "Выберите фото прямо с камеры, а не из мессенджера.",
        ),
    },
}

LANGUAGES = ("en", "ru")


def words(code: str, language: str = "en") -> tuple[str, str]:
    """Cause and remedy of *code* in *language*; English where a language is missing."""
    texts = {**STOPS, **NOTES, **ADVICE}[code]
    return texts.get(language, texts["en"])
