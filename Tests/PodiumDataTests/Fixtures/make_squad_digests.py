#!/usr/bin/env python3
"""Writes squad-digests.json: digests of SQuAD features and answers by the rules of BERT's release.

    python3 make_squad_digests.py DATA > squad-digests.json

DATA holds squad/*.json and vocab/bert-base-uncased/vocab.txt. The rules are those of run_squad.py and
tokenization.py (BasicTokenizer, WordPiece, doc_stride windows, max-context flags, improved answer spans,
get_final_text), written down anew here.
"""
import hashlib
import json
import sys
import unicodedata

LENGTH, STRIDE, QUERY = 384, 128, 64


def is_whitespace(char):
    return char in " \t\n\r" or unicodedata.category(char) == "Zs"


def is_control(char):
    return char not in "\t\n\r" and unicodedata.category(char).startswith("C")


def is_punctuation(char):
    code = ord(char)
    if 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126:
        return True
    return unicodedata.category(char).startswith("P")


def is_cjk(code):
    return any(
        low <= code <= high
        for low, high in [
            (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
            (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
        ]
    )


def basic_tokens(text):
    cleaned = []
    for char in text:
        if ord(char) in (0, 0xFFFD) or is_control(char):
            continue
        if is_whitespace(char):
            cleaned.append(" ")
        elif is_cjk(ord(char)):
            cleaned.append(f" {char} ")
        else:
            cleaned.append(char)
    tokens = []
    for word in "".join(cleaned).split():
        word = unicodedata.normalize("NFD", word.lower())
        word = "".join(char for char in word if unicodedata.category(char) != "Mn")
        part = ""
        for char in word:
            if is_punctuation(char):
                if part:
                    tokens.append(part)
                tokens.append(char)
                part = ""
            else:
                part += char
        if part:
            tokens.append(part)
    return tokens


class WordPiece:
    def __init__(self, path):
        self.ids = {line.rstrip("\n"): number for number, line in enumerate(open(path, encoding="utf-8"))}
        self.cache = {}

    def word(self, word):
        if word in self.cache:
            return self.cache[word]
        pieces, start = [], 0
        if len(word) > 100:
            return ["[UNK]"]
        while start < len(word):
            end = len(word)
            while end > start:
                piece = ("##" if start else "") + word[start:end]
                if piece in self.ids:
                    break
                end -= 1
            if end == start:
                pieces = ["[UNK]"]
                break
            pieces.append(piece)
            start = end
        self.cache[word] = pieces
        return pieces

    def tokens(self, text):
        return [piece for word in basic_tokens(text) for piece in self.word(word)]


def words_of(context):
    words, word_of_char, was_space = [], [], True
    for char in context:
        if char in " \t\r\n" or ord(char) == 0x202F:
            was_space = True
        else:
            if was_space:
                words.append(char)
            else:
                words[-1] += char
            was_space = False
        word_of_char.append(len(words) - 1)
    return words, word_of_char


def improved(tokens, start, end, wordpiece, answer):
    wanted = " ".join(wordpiece.tokens(answer))
    for new_start in range(start, end + 1):
        for new_end in range(end, new_start - 1, -1):
            if " ".join(tokens[new_start : new_end + 1]) == wanted:
                return new_start, new_end
    return start, end


def has_most_context(spans, number, position):
    best, best_number = None, None
    for other, (start, length) in enumerate(spans):
        end = start + length - 1
        if position < start or position > end:
            continue
        score = min(position - start, end - position) + 0.01 * length
        if best is None or score > best:
            best, best_number = score, other
    return number == best_number


def final_text(predicted, original):
    def strip(text):
        kept, places = [], {}
        for place, char in enumerate(text):
            if char == " ":
                continue
            places[len(kept)] = place
            kept.append(char)
        return "".join(kept), places

    tokens = " ".join(basic_tokens(original))
    start = tokens.find(predicted)
    if start == -1:
        return original
    end = start + len(predicted) - 1
    original_bare, original_places = strip(original)
    bare, places = strip(tokens)
    if len(original_bare) != len(bare):
        return original
    back = {place: number for number, place in places.items()}
    first = original_places.get(back.get(start))
    last = original_places.get(back.get(end))
    if first is None or last is None:
        return original
    return original[first : last + 1]


def digests(path, wordpiece, training):
    features, answers = hashlib.sha256(), hashlib.sha256()
    windows = skipped = 0
    number = -1
    for article in json.load(open(path, encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            words, word_of_char = words_of(paragraph["context"])
            tokens, word_of_token, first_token = [], [], []
            for index, word in enumerate(words):
                first_token.append(len(tokens))
                for token in wordpiece.tokens(word):
                    word_of_token.append(index)
                    tokens.append(token)
            for question in paragraph["qas"]:
                number += 1
                target = None
                if training and not question.get("is_impossible", False):
                    answer = question["answers"][0]
                    offset, text = answer["answer_start"], answer["text"]
                    first, last = word_of_char[offset], word_of_char[offset + len(text) - 1]
                    if " ".join(words[first : last + 1]).find(" ".join(text.split())) == -1:
                        skipped += 1
                        continue
                    end = first_token[last + 1] - 1 if last < len(words) - 1 else len(tokens) - 1
                    target = improved(tokens, first_token[first], end, wordpiece, text)
                query = wordpiece.tokens(question["question"])[:QUERY]
                room = LENGTH - len(query) - 3
                spans, start = [], 0
                while start < len(tokens):
                    length = min(room, len(tokens) - start)
                    spans.append((start, length))
                    if start + length == len(tokens):
                        break
                    start += min(length, STRIDE)
                chosen = (number * 2654435761 + 12345) % 2**32
                for window, (start, length) in enumerate(spans):
                    windows += 1
                    own = tokens[start : start + length]
                    sequence = ["[CLS]"] + query + ["[SEP]"] + own + ["[SEP]"]
                    ids = ",".join(str(wordpiece.ids[token]) for token in sequence)
                    best = [has_most_context(spans, window, start + place) for place in range(length)]
                    positions = (0, 0)
                    if target and start <= target[0] and target[1] <= start + length - 1:
                        shift = len(query) + 2 - start
                        positions = (target[0] + shift, target[1] + shift)
                    flags = "".join("1" if flag else "0" for flag in best)
                    line = f"{question['id']} {len(query) + 2} {ids} {flags} {positions[0]} {positions[1]}\n"
                    features.update(line.encode())
                    if not training and window == chosen % len(spans):
                        starts = [place for place in range(length) if best[place]]
                        first = starts[(chosen >> 8) % len(starts)]
                        last = min(length - 1, first + (chosen >> 20) % 8)
                        predicted = " ".join(own[first : last + 1]).replace(" ##", "").replace("##", "")
                        original = " ".join(words[word_of_token[start + first] : word_of_token[start + last] + 1])
                        text = final_text(" ".join(predicted.split()), original)
                        answers.update(f"{question['id']} {text}\n".encode())
    result = {"windows": windows, "skipped": skipped, "features": features.hexdigest()}
    if not training:
        result["answers"] = answers.hexdigest()
    return result


def main():
    data = sys.argv[1]
    wordpiece = WordPiece(f"{data}/vocab/bert-base-uncased/vocab.txt")
    names = ["dev-v1.1.json", "dev-v2.0.json", "train-v1.1.json", "train-v2.0.json"]
    result = {name: digests(f"{data}/squad/{name}", wordpiece, name.startswith("train")) for name in names}
    json.dump(result, sys.stdout, indent=1)
    print()


main()
