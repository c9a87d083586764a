"""What people are told about their photo: a cause, and what to do. English and Russian.

Second person, hedged, never a verdict on the person. Advice never stops anybody.
"""

from __future__ import annotations

#: What stops.
STOPS: dict[str, dict[str, tuple[str, str]]] = {
    "empty": {
        "en": ("The selected file is empty.", "Choose another file, or take a new photo."),
        "ru": ("Выбранный файл пуст.", "Выберите другой файл или сделайте новое фото."),
    },
    "too-large": {
        "en": ("The selected file must be smaller than 10MB.", "Choose a smaller file."),
        "ru": ("Файл должен быть меньше 10 МБ.", "Выберите файл поменьше."),
    },
    "too-many-pixels": {
        "en": (
            "The picture has more than 50 megapixels, or a side of more than 65,535 pixels.",
            "Choose a photo as your phone takes it, without enlarging.",
        ),
        "ru": (
            "В изображении больше 50 мегапикселей, или одна сторона длиннее 65 535 пикселей.",
            "Выберите обычное фото с телефона, без увеличения.",
        ),
    },
    "not-a-picture": {
        "en": ("The selected file must be a JPG, PNG or HEIC.", "Choose a photo file."),
        "ru": ("Нужен файл JPG, PNG или HEIC.", "Выберите файл с фотографией."),
    },
    "broken": {
        "en": (
            "The picture could not be read to its end.",
            "The file may be damaged. Send it again, or take a new photo.",
        ),
        "ru": (
            "Изображение не удалось прочитать до конца.",
            "Возможно, файл повреждён. Отправьте его ещё раз или сделайте новое фото.",
        ),
    },
    "animated": {
        "en": ("The selected file is a moving picture.", "Choose a still photo."),
        "ru": ("Это движущееся изображение.", "Выберите обычную фотографию."),
    },
    "no-face": {
        "en": (
            "We could not find a face in the photo.",
            "Use a photo that shows your whole face from the front, in good light.",
        ),
        "ru": (
            "Мы не нашли лица на фотографии.",
            "Нужно фото, на котором всё лицо видно спереди, при хорошем свете.",
        ),
    },
}

#: What is advised.
ADVICE: dict[str, dict[str, tuple[str, str]]] = {
    "several-faces": {
        "en": (
            "It looks like there is more than one person in the photo.",
            "Take a photo with nobody else in it.",
        ),
        "ru": (
            "Похоже, на фото больше одного человека.",
            "Сделайте фото, на котором больше никого нет.",
        ),
    },
    "too-small": {
        "en": (
            "Your face looks rather small in the photo.",
            "Move closer to the camera and try again.",
        ),
        "ru": ("Похоже, лицо на фото слишком мелкое.", "Подойдите ближе к камере."),
    },
    "too-close": {
        "en": (
            "You seem to be very close to the camera.",
            "Step back, so that your head and shoulders fit into the picture.",
        ),
        "ru": (
            "Похоже, вы слишком близко к камере.",
            "Отойдите, чтобы голова и плечи поместились в кадр.",
        ),
    },
    "cut-off": {
        "en": (
            "Part of your head seems to be outside of the picture.",
            "Move to the middle of the picture and try again.",
        ),
        "ru": (
            "Похоже, часть головы не попала в кадр.",
            "Встаньте так, чтобы голова была посередине.",
        ),
    },
    "turned": {
        "en": (
            "It looks like you are turned to one side.",
            "Look straight at the camera and try again.",
        ),
        "ru": ("Похоже, вы повернулись в сторону.", "Смотрите прямо в камеру."),
    },
    "tilted": {
        "en": ("Your head seems to be tilted up or down.", "Hold the camera at eye level."),
        "ru": ("Похоже, голова наклонена вверх или вниз.", "Держите камеру на уровне глаз."),
    },
    "blurred": {
        "en": (
            "The photo looks blurred.",
            "Hold the camera still, wipe its lens, and try again.",
        ),
        "ru": ("Похоже, фото нерезкое.", "Протрите объектив и держите камеру неподвижно."),
    },
    "too-dark": {
        "en": (
            "The whole picture looks very dark.",
            "Turn towards a window or a lamp and try again.",
        ),
        "ru": ("Похоже, весь снимок очень тёмный.", "Повернитесь к окну или лампе."),
    },
    "too-bright": {
        "en": (
            "Parts of your face are washed out by light.",
            "Move out of direct light and try again.",
        ),
        "ru": ("Часть лица пересвечена.", "Отойдите от прямого света."),
    },
    "uneven-light": {
        "en": (
            "One side of your face seems to be in shadow.",
            "Turn so that the light comes from the front.",
        ),
        "ru": (
            "Похоже, одна сторона лица в тени.",
            "Повернитесь так, чтобы свет падал спереди.",
        ),
    },
    "sideways": {
        "en": (
            "Your head seems to lean to one side.",
            "Hold the camera and your head upright, and try again.",
        ),
        "ru": (
            "Похоже, голова наклонена вбок.",
            "Держите камеру и голову прямо и попробуйте ещё раз.",
        ),
    },
    "colour-cast": {
        "en": (
            "The colours look unnatural.",
            "Use daylight or a white lamp, without a filter.",
        ),
        "ru": (
            "Похоже, цвета неестественные.",
            "Снимайте при дневном свете или белой лампе, без фильтров.",
        ),
    },
    "busy-background": {
        "en": (
            "There seems to be a lot to see behind you.",
            "Stand in front of a plain wall and try again.",
        ),
        "ru": (
            "Похоже, позади вас много деталей.",
            "Встаньте у однотонной стены и попробуйте ещё раз.",
        ),
    },
    "compressed": {
        "en": (
            "The file seems to be heavily compressed.",
            "Use the photo as your camera took it, not one sent by a messenger.",
        ),
        "ru": (
            "Похоже, файл сильно сжат.",
            "Возьмите фото прямо с камеры, а не из мессенджера.",
        ),
    },
    "smiling": {
        "en": (
            "It looks like you are smiling broadly.",
            "For this document, try a photo with a neutral expression.",
        ),
        "ru": (
            "Похоже, вы широко улыбаетесь.",
            "Для этого документа лучше подойдёт спокойное выражение лица.",
        ),
    },
    "eyes-closed": {
        "en": ("It looks like your eyes are closed.", "Look straight at the camera and try again."),
        "ru": ("Похоже, глаза закрыты.", "Смотрите прямо в камеру и попробуйте ещё раз."),
    },
    "mouth-open": {
        "en": ("It looks like your mouth is open.", "Close your mouth and try again."),
        "ru": ("Похоже, рот открыт.", "Закройте рот и попробуйте ещё раз."),
    },
}

LANGUAGES = ("en", "ru")


def words(code: str, language: str = "en") -> tuple[str, str]:
    """Cause and remedy of *code* in *language*; English where a language is missing."""
    texts = {**STOPS, **ADVICE}[code]
    return texts.get(language, texts["en"])
