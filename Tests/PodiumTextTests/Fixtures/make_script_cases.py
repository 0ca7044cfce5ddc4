#!/usr/bin/env python3
"""Ids of sentences in twelve scripts by the reference tokenizer (tokenizers' BertNormalizer, BertPreTokenizer, WordPiece).

    pip install tokenizers
    python3 make_script_cases.py > script-cases.json

The vocabulary is made of the sentences themselves: every character as a piece and as a continuation, and the beginnings of
every word up to three characters, of the text as it is and as each switch leaves it.
"""
import json
import sys

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

TEXTS = {
    "Latin": ["Élan vital, façade and naïve ŁÓDŹ İstanbul straße.", "Người Việt đọc sách ở Huế."],
    "Greek": ["Ο Οδυσσέας γύρισε στην Ιθάκη· ΤΕΛΟΣ.", "Μια ωραία μέρα, ΐ και ΰ."],
    "Cyrillic": ["Ёлка и йод стоят в Киёве, ЙЦУКЕН.", "Її їжак їсть ґудзик."],
    "Arabic": ["ذَهَبَ الوَلَدُ إلى المَدْرَسَةِ.", "كتابٌ جديدٌ، وقلم؟"],
    "Hebrew": ["שָׁלוֹם עוֹלָם, מה שלומך?", "בְּרֵאשִׁית בָּרָא"],
    "Devanagari": ["नमस्ते दुनिया। हिन्दी में क़िताब है।", "श्री कृष्ण और ज़मीन"],
    "Bengali": ["আমি বাংলায় গান গাই।", "কৃষ্ণ ও রাধা"],
    "Tamil": ["தமிழ் மொழி இனிது.", "நான் புத்தகம் படிக்கிறேன்"],
    "Thai": ["ภาษาไทยไม่มีช่องว่าง น้ำ", "กำลังไปโรงเรียน"],
    "Han": ["北京大学在海淀区,很大。", "日本語の漢字とABC"],
    "Japanese": ["ガラスをパパとババが見た。", "東京タワーへ行く。"],
    "Korean": ["한국어 문장을 나눕니다.", "서울은 큰 도시이다!"],
}


def normalizer(lowercase, strip):
    return normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=strip, lowercase=lowercase)


SWITCHES = [(False, False), (False, True), (True, False), (True, True), (True, None)]
pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
known = set(pieces)


def add(piece):
    if piece not in known:
        known.add(piece)
        pieces.append(piece)


for texts in TEXTS.values():
    for text in texts:
        for number, (lowercase, strip) in enumerate(SWITCHES):
            words = pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizer(lowercase, strip).normalize_str(text))
            for place, (word, _) in enumerate(words):
                # Some words stay unknown, so that they are compared too.
                if place % 7 == 6:
                    continue
                for length in (1, 2, 3):
                    add(word[:length])
                for character in word[1:]:
                    add("##" + character)

vocabulary = {piece: number for number, piece in enumerate(pieces)}
cases = []
for lowercase, strip in SWITCHES:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizer(lowercase, strip)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ids = {script: [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
           for script, texts in TEXTS.items()}
    cases.append({"lowercases": lowercase, "stripsAccents": strip, "ids": ids})
json.dump({"vocabulary": pieces, "texts": TEXTS, "cases": cases}, sys.stdout, ensure_ascii=False, indent=None)
print()
