"""What a company's name is once all is dropped that two people write differently.

Case, accents, punctuation, “and”, and the legal form (GmbH, Ltd, S.A. de C.V., 株式会社, ООО …) say nothing about who
a company is; they go, wherever they stand. What is left are its words, in the order they were written. A name that is
nothing but a legal form keeps its first word: a company may be called “Limited”. Any script is a name.
"""

from __future__ import annotations

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    """Return a list written as a text."""
    return frozenset(text.split())


LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
        "ς": "σ", "ё": "е", "ـ": None, "ٱ": "ا", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه",
        "'": None, "’": None, "‘": None, "`": None, "´": None, "ʼ": None, "″": None,
    }
)  # fmt: skip
"""Letters that no decomposition makes plain, and the apostrophes, which join: McDonald's is mcdonalds."""

# Accents above Latin, Greek and Cyrillic; the vowel points of Hebrew and Arabic. Vowel signs of other scripts are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
# Direction marks, zero-width joiners and spaces, soft hyphens: they cannot be seen.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_INITIAL = re.compile(r"(?<![^\W_])([^\W\d_])[./](?=[^\W\d_](?![^\W_]))")
# An abbreviation in Hebrew: its mark stands within the word.
_GERSHAYIM = re.compile('(?<=[\u05d0-\u05ea])["\u05f4](?=[\u05d0-\u05ea])')

AND = _words("and und et och og en ja")
ARTICLES = frozenset({"the"})

ANYWHERE = _words("""
    gmbh ggmbh gesmbh mbh kgaa ohg ltd llc llp llllp inc incorporated plc sarl sàrl sasu eurl srl srls spa sro spol sprl
    bvba kft zrt nyrt oyj aps asa doo dooel eood ead pty pte sdn bhd pjsc jsc ojsc cjsc ltda eireli spzoo jdoo gmbhcokg
    haftungsbeschrankt фоп ооо оао зао пао тов жшс
    """)
"""Words that are a legal form and nothing else: they go wherever they stand."""

AT_THE_END = _words("""
    ag kg ug se ek ev eg gbr stg ewiv co company corp corporation cie limited lp pc pa pllc public private pvt
    proprietary unlimited sa sas snc sci scop scrl scs sca sl slu slne sau sc sca coop nv bv vof cv ab hb kb oy ky tmi
    as ans da ks is ivs amba fmba ehf hf ohf sf spk spj ska zoo os ks vos asp dd kd ad et od ood eod oao bt rt
    sia uab ou tuu kk gk yk kabushiki gaisha kaisha godo yugen lda me epp mei cv rl de aş as şti sti san tic ve
    ae ee oe ike epe mon αε εε οε ικε επε fzc fze fzco fz dmcc wll kscc ksc sal sae saoc saog qpsc bsc
    tbk persero ooo zao pao ao ип ао тоо лтд kdv ltee enr senc sencrl
    株 有 合 名 资 주 유 שמ בעמ בעם ش ذمم شمم شمل شمق مم ذ
    """)
"""Words that are a legal form at the end of a name; elsewhere they may be part of it (AG Insurance)."""

AT_THE_BEGIN = _words("""
    ooo oao zao pao ao ооо оао зао пао ао ип тоо тов фоп pt ud uab sia ab as ou fa firma m s บริษัท шп 株 有 주 유 שותפות
    """)
"""Words that are a legal form before a name, where that is the custom."""

FORMS = ANYWHERE | AT_THE_END | AT_THE_BEGIN
TOGETHER = sorted(
    (
        tuple(words.split())
        for words in (
            "spolka zoo", "spolka z oo", "spolka akcyjna", "sp zoo", "sp z oo", "sp z o o", "sa de cv", "s de rl de cv", "s de rl", "sapi de cv", "sab de cv",
            "sp k", "sp j", "sp zoo sp k", "sp z oo sp k", "z oo", "ltd sti", "san ve tic", "ve tic", "co ltd",
            "limited liability company", "kabushiki kaisha", "kabushiki gaisha", "godo kaisha", "naamloze vennootschap",
            "besloten vennootschap", "societe anonyme", "societa per azioni", "aktiengesellschaft", "aktiebolag",
            "gesellschaft mit beschrankter haftung", "spol s ro", "spol s r o", "a s", "public company", "m b h",
        )
    ),
    key=len,
    reverse=True,
)  # fmt: skip
"""Words that are a legal form only together, at the end of a name."""

GLUED = (
    "股份有限责任公司", "有限责任公司", "股份有限公司", "有限責任公司", "有限公司", "株式会社", "有限会社", "合同会社",
    "合資会社", "合名会社", "株式會社", "주식회사", "유한회사", "유한책임회사", "จำกัด", "มหาชน", "บริษัท",
)  # fmt: skip
"""Forms of scripts without spaces, written against the name."""


def folded(name: str) -> str:
    """Return a company's name as it is compared; a name of signs only stays as it is."""
    plain = _plain(name)
    words = _unglued(_spaced(plain)).split()
    if not words:
        return "".join(plain.split())
    told = [word for word in _joined(words) if word not in AND] or words
    if len(told) > 1 and told[0] in ARTICLES:
        told = told[1:]
    return unicodedata.normalize("NFC", " ".join(_bare(told)))


def _plain(name: str) -> str:
    """Return the letters without case, accents and what cannot be seen; initials without their points."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFKD", name)).casefold()
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(LETTERS)
    text = _GERSHAYIM.sub("", text)
    return _INITIAL.sub(r"\1", unicodedata.normalize("NFC", text))


def _spaced(text: str) -> str:
    """Return the text with a space for all that is no letter, digit or vowel sign."""
    if text.isascii():
        return "".join(each if each.isalnum() else " " for each in text)
    return "".join(each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in text)


def _unglued(text: str) -> str:
    """Return the text without the forms written against a name, unless nothing would be left of it."""
    for form in _GLUED:
        if form in text and text.replace(form, "").strip():
            text = text.replace(form, " ")
    return text


_GLUED = tuple(_plain(form) for form in GLUED)


def _joined(words: list[str]) -> list[str]:
    """Return the words with letters that stand alone made one: “s p a” is “spa”, “j p morgan” is “jp morgan”."""
    joined: list[str] = []
    was_letter = False
    for word in words:
        is_letter = len(word) == 1 and word.isalpha() and word < "\u3040"
        if is_letter and was_letter:
            joined[-1] += word
        else:
            joined.append(word)
        was_letter = is_letter
    return joined


def _bare(words: list[str]) -> list[str]:
    """Return the words without legal forms; where they are nothing else, the first of them."""
    if all(word in FORMS for word in words):
        return words[:1]
    left = _without_end([word for word in words if word not in ANYWHERE])
    while len(left) > 1 and left[0] in AT_THE_BEGIN:
        left = left[1:]
    return left


def _without_end(words: list[str]) -> list[str]:
    while True:
        size = next((len(form) for form in TOGETHER if tuple(words[-len(form) :]) == form), 0)
        if not size and words[-1] in AT_THE_END:
            size = 1
        if not size or size >= len(words):
            return words
        words = words[:-size]
