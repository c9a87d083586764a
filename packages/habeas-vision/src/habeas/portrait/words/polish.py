"""What people are told about their photo, in Polish: a cause, and what to do.

The same things in the same order as in English; second person, worded so that they fit whoever
reads them: no past tense that would name a gender.
"""

from __future__ import annotations

Words = tuple[str, str]

#: What stops.
STOPS: dict[str, Words] = {
    "empty": (
        "Wybrany plik jest pusty.",
        "Wybierz inny plik albo zrób nowe zdjęcie.",
    ),
    "too-large": (
        "Wybrany plik musi być mniejszy niż 25 MB.",
        "Otwórz go w programie do zdjęć, zapisz jako JPEG i wybierz ten plik.",
    ),
    "too-many-pixels": (
        "Obraz ma więcej pikseli, niż potrafimy odczytać.",
        "Otwórz go w programie do zdjęć, zapisz jako mniejszy JPEG i wybierz ten plik.",
    ),
    "not-a-picture": (
        "Wybrany plik nie jest zdjęciem, które potrafimy odczytać.",
        "Wybierz plik JPEG, PNG, HEIC, WebP lub AVIF.",
    ),
    "other-format": (
        "Nie potrafimy odczytać obrazów w tym formacie.",
        (
            "Otwórz go w programie do zdjęć, zapisz jako JPEG lub PNG i wybierz ten plik. Może to"
            " być też zrzut ekranu ze zdjęciem."
        ),
    ),
    "other-coding": (
        "Ten plik JPEG jest zapisany w sposób, który czyta niewiele programów.",
        (
            "Otwórz go w programie do zdjęć, zapisz ponownie jako JPEG i wybierz ten plik. Może "
            "to być też zrzut ekranu ze zdjęciem."
        ),
    ),
    "broken": (
        "Nie udało się odczytać obrazu.",
        (
            "Plik może być uszkodzony albo dotarła tylko jego część. Wyślij go ponownie albo "
            "wybierz inne zdjęcie."
        ),
    ),
    "animated": (
        "Wybrany plik jest ruchomym obrazem.",
        "Wybierz nieruchome zdjęcie. Może to być też zrzut ekranu.",
    ),
    "no-face": (
        "Nie znaleźliśmy na zdjęciu twarzy.",
        "Wybierz zdjęcie, które pokazuje całą twarz od przodu, w dobrym świetle.",
    ),
}

#: What was done, and is said. It asks for nothing.
NOTES: dict[str, Words] = {
    "turned-upright": (
        "Obróciliśmy zdjęcie tak, by stało prosto.",
        "Jeśli teraz stoi źle, wybierz inne zdjęcie.",
    ),
    "end-missing": (
        "Brakuje końca pliku, ale twarz jest.",
        "Jeśli obraz wygląda dobrze, użyj go.",
    ),
}

#: What is advised.
ADVICE: dict[str, Words] = {
    "several-faces": (
        "Na zdjęciu jest chyba więcej niż jedna osoba.",
        (
            "Wybierz zdjęcie, na którym nikogo innego nie ma, albo odetnij pozostałe osoby. Jeśli"
            " druga twarz jest obrazem lub posągiem, możesz użyć tego zdjęcia."
        ),
    ),
    "small-face": (
        "Z tyłu jest chyba jeszcze jedna twarz, człowieka lub na obrazie.",
        (
            "Wybierz zdjęcie z gładkim tłem. Jeśli nie da się jej pomylić z Twoją, możesz użyć "
            "tego zdjęcia."
        ),
    ),
    "too-small": (
        "Twarz na zdjęciu jest mała i w druku będzie niewyraźna.",
        "Wybierz zdjęcie zrobione z bliższa albo oryginał, jeśli to jest mała kopia.",
    ),
    "too-close": (
        "Głowa wypełnia całe zdjęcie.",
        "Wybierz zdjęcie, na którym widać też ramiona, nieprzycięte. Przytniemy je za Ciebie.",
    ),
    "cut-off": (
        "Część głowy jest chyba poza zdjęciem.",
        (
            "Wybierz zdjęcie, na którym widać całą głowę, nieprzycięte. Przytniemy je za Ciebie. "
            "Jeśli widać całą głowę, użyj tego zdjęcia."
        ),
    ),
    "little-above": (
        "Nad głową jest mało miejsca.",
        (
            "Wybierz zdjęcie, na którym nad głową widać trochę tła, nieprzycięte. Przytniemy je "
            "za Ciebie."
        ),
    ),
    "little-below": (
        "Na zdjęciu nie ma ramion.",
        "Wybierz zdjęcie, na którym widać głowę, szyję i ramiona. Przytniemy je za Ciebie.",
    ),
    "off-side": (
        "Twarz jest blisko brzegu zdjęcia.",
        "Wybierz zdjęcie z miejscem po obu stronach, nieprzycięte. Przytniemy je za Ciebie.",
    ),
    "backlit": (
        "Za Tobą jest okno lub lampa, a twarz jest ciemna.",
        (
            "Wybierz zdjęcie ze światłem padającym z przodu. Jeśli twarz dobrze widać, możesz "
            "użyć tego zdjęcia."
        ),
    ),
    "too-dark": (
        "Zdjęcie wydaje się bardzo ciemne.",
        (
            "Wybierz zdjęcie zrobione w świetle dziennym lub twarzą do lampy. Jeśli twarz dobrze "
            "widać, możesz użyć tego zdjęcia."
        ),
    ),
    "too-bright": (
        "Części twarzy są prześwietlone.",
        (
            "Wybierz zdjęcie zrobione bez ostrego słońca i bez lampy błyskowej. Jeśli całą twarz "
            "dobrze widać, możesz użyć tego zdjęcia."
        ),
    ),
    "uneven-light": (
        "Jedna strona twarzy jest chyba w cieniu.",
        (
            "Wybierz zdjęcie ze światłem padającym z przodu. Jeśli obie strony dobrze widać, "
            "możesz użyć tego zdjęcia."
        ),
    ),
    "shadow": (
        "Na część twarzy pada chyba cień.",
        (
            "Wybierz zdjęcie zrobione w równym świetle, bez cienia kapelusza czy drzewa. Jeśli "
            "cienia nie ma, możesz użyć tego zdjęcia."
        ),
    ),
    "black-and-white": (
        "Zdjęcie jest czarno-białe.",
        "Wybierz zdjęcie w kolorze. Jeśli takiego nie masz, możesz użyć tego.",
    ),
    "tinted": (
        "Całe zdjęcie ma jeden odcień, jak przez filtr albo na starej odbitce.",
        "Wybierz zdjęcie bez filtra. Jeśli takiego nie masz, możesz użyć tego.",
    ),
    "odd-colours": (
        "Kolory wyglądają nietypowo.",
        (
            "Wybierz zdjęcie zrobione w świetle dziennym i bez filtra. Jeśli Twoim zdaniem kolory"
            " są dobre, możesz użyć tego zdjęcia."
        ),
    ),
    "turned": (
        "Wygląda na to, że głowa jest zwrócona w bok.",
        "Wybierz zdjęcie, na którym patrzysz prosto w obiektyw. Jeśli na tym tak jest, użyj go.",
    ),
    "tilted": (
        "Głowa jest chyba pochylona w górę lub w dół.",
        "Wybierz zdjęcie zrobione z wysokości oczu. Jeśli to takie jest, użyj go.",
    ),
    "sideways": (
        "Głowa jest chyba przechylona na bok.",
        "Wybierz zdjęcie, na którym głowa jest prosto. Małe kąty prostujemy za Ciebie.",
    ),
    "blurred": (
        "Zdjęcie wydaje się nieostre.",
        (
            "Wybierz ostrzejsze zdjęcie albo oryginał, jeśli to jest mała kopia. Jeśli Twoim "
            "zdaniem jest ostre, możesz użyć tego zdjęcia."
        ),
    ),
    "eyes-closed": (
        "Wygląda na to, że oczy są zamknięte lub prawie zamknięte.",
        "Wybierz zdjęcie z otwartymi oczami. Jeśli są otwarte, użyj tego zdjęcia.",
    ),
    "mouth-open": (
        "Wygląda na to, że usta są otwarte.",
        "Wybierz zdjęcie z zamkniętymi ustami. Jeśli są zamknięte, użyj tego zdjęcia.",
    ),
    "smiling": (
        "Wygląda na to, że na zdjęciu jest szeroki uśmiech.",
        "Do tego dokumentu wybierz zdjęcie z neutralnym wyrazem twarzy.",
    ),
    "screen": (
        "To wygląda jak zdjęcie ekranu albo wydrukowanego obrazu.",
        "Wybierz oryginalny plik albo zrób nowe zdjęcie. Jeśli to jest oryginał, użyj go.",
    ),
    "drawing": (
        "To wygląda jak rysunek albo zdjęcie zmienione filtrem.",
        "Wybierz zdjęcie takie, jakie zrobił aparat. Jeśli to takie jest, użyj go.",
    ),
    "busy-background": (
        "Tło nie jest gładkie.",
        (
            "Wybierz zdjęcie zrobione na tle gładkiej ściany. Jeśli Twoim zdaniem tło jest "
            "gładkie, możesz użyć tego zdjęcia."
        ),
    ),
    "compressed": (
        "Zdjęcie straciło chyba szczegóły przy zapisywaniu lub wysyłaniu.",
        (
            "Wybierz zdjęcie takie, jakie zrobił aparat, a nie przesłane komunikatorem. Jeśli "
            "Twoim zdaniem jest wyraźne, możesz użyć tego zdjęcia."
        ),
    ),
}
