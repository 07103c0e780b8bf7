"""all-MiniLM-L6-v2 in ONNX Runtime, as a peer of `embed`: the same weights, another runtime, one thread.

The graph is built here from the published weights, with the fused operators that ONNX Runtime's own optimizer for
transformers puts into an exported one, so that the peer is as quick as ONNX Runtime can be. For speed the texts are cut
into word pieces by `tokenizers`; for agreement by the plain transcription of BERT's reference tokenizer below, so that
nothing but the weights and the vocabulary is shared with ours.

A line of JSON on standard input is a request, a line on standard output its answer.
"""

import json
import sys
import time
import unicodedata
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

MAX_WORD_PIECES = 256


def graph(folder):
    """The encoder with mean pooling and normalisation, as a serialised ONNX model."""
    config = json.loads((folder / "config.json").read_text())
    weights = load_file(folder / "model.safetensors")
    width, heads, layers = config["hidden_size"], config["num_attention_heads"], config["num_hidden_layers"]
    epsilon = config["layer_norm_eps"]
    tensors, nodes = [], []

    def constant(name, value):
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(name, transpose=False):
        value = weights[name]
        return constant(name, value.T if transpose else value)

    def node(operator, inputs, outputs, fused=True, **attributes):
        nodes.append(helper.make_node(operator, inputs, outputs, domain="com.microsoft" if fused else "", **attributes))
        return outputs[0]

    norm = "embeddings.LayerNorm."
    hidden = node(
        "EmbedLayerNormalization",
        ["ids", "", weight("embeddings.word_embeddings.weight"), weight("embeddings.position_embeddings.weight"), "",
         "", "", "mask"][:5]
        + [constant("gamma", weights[norm + "weight"]), constant("beta", weights[norm + "bias"]), "mask"],
        ["embedded", "lengths"], epsilon=epsilon,
    )
    # Every text is one segment, so the embedding of segment 0 is a constant that can stand with the positions.
    tensors[1].CopyFrom(numpy_helper.from_array(
        weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0],
        "embeddings.position_embeddings.weight",
    ))
    for number in range(layers):
        own, name = f"encoder.layer.{number}.", lambda part: f"{part}{number}"
        parts = [f"{own}attention.self.{part}." for part in ("query", "key", "value")]
        packed = constant(name("packed"), np.concatenate([weights[part + "weight"].T for part in parts], axis=1))
        packed_bias = constant(name("packed_bias"), np.concatenate([weights[part + "bias"] for part in parts]))
        attended = node("Attention", [hidden, packed, packed_bias, "mask"], [name("attended")], num_heads=heads)
        projected = node(
            "MatMul", [attended, weight(own + "attention.output.dense.weight", True)], [name("projected")], fused=False
        )
        norm = own + "attention.output.LayerNorm."
        hidden = node(
            "SkipLayerNormalization",
            [projected, hidden, weight(norm + "weight"), weight(norm + "bias"),
             weight(own + "attention.output.dense.bias")],
            [name("between")], epsilon=epsilon,
        )
        wide = node("MatMul", [hidden, weight(own + "intermediate.dense.weight", True)], [name("wide")], fused=False)
        wide = node("BiasGelu", [wide, weight(own + "intermediate.dense.bias")], [name("active")])
        narrow = node("MatMul", [wide, weight(own + "output.dense.weight", True)], [name("narrow")], fused=False)
        norm = own + "output.LayerNorm."
        hidden = node(
            "SkipLayerNormalization",
            [narrow, hidden, weight(norm + "weight"), weight(norm + "bias"), weight(own + "output.dense.bias")],
            [name("hidden")], epsilon=epsilon,
        )
    node("Cast", ["mask"], ["counted"], fused=False, to=TensorProto.FLOAT)
    node("Unsqueeze", ["counted", constant("last", np.array([2]))], ["column"], fused=False)
    node("Mul", [hidden, "column"], ["kept"], fused=False)
    node("ReduceSum", ["kept", constant("pieces", np.array([1]))], ["sum"], fused=False, keepdims=0)
    node("LpNormalization", ["sum"], ["vectors"], fused=False, axis=1, p=2)
    int32 = lambda name: helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "length"])
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])
    made = helper.make_graph(nodes, "minilm", [int32("ids"), int32("mask")], [vectors], tensors)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8).SerializeToString()


class WordPieces:
    """BERT's reference tokenizer, uncased: clean, split at spaces, punctuation and Chinese characters, longest match."""

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    def ids(self, text):
        pieces = [piece for word in self.words(text) for piece in self.pieces(word)]
        return [self.vocabulary["[CLS]"], *pieces[: MAX_WORD_PIECES - 2], self.vocabulary["[SEP]"]]

    def words(self, text):
        spaced = []
        for char in text:
            category = unicodedata.category(char)
            if char in "\t\n\r" or category == "Zs":
                spaced.append(" ")
            elif ord(char) in (0, 0xFFFD) or category.startswith("C"):
                continue
            elif self.is_chinese(ord(char)):
                spaced.append(f" {char} ")
            else:
                spaced.append(char)
        for word in "".join(spaced).split():
            word = unicodedata.normalize("NFD", word.lower())
            part = ""
            for char in word:
                if unicodedata.category(char) == "Mn":
                    continue
                if self.is_punctuation(char):
                    if part:
                        yield part
                    yield char
                    part = ""
                else:
                    part += char
            if part:
                yield part

    def pieces(self, word):
        if len(word) > 100:
            return [self.vocabulary["[UNK]"]]
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in self.vocabulary:
                    break
            else:
                return [self.vocabulary["[UNK]"]]
            found.append(self.vocabulary[piece])
            start = end
        return found

    @staticmethod
    def is_chinese(code):
        blocks = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
                  (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
        return any(first <= code <= last for first, last in blocks)

    @staticmethod
    def is_punctuation(char):
        ascii_symbol = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
        return ascii_symbol or unicodedata.category(char).startswith("P")


class Peer:
    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(graph(folder), options, providers=["CPUExecutionProvider"])
        self.quick = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.quick.enable_truncation(MAX_WORD_PIECES)
        self.quick.enable_padding()
        self.plain = WordPieces(json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"])

    def vectors(self, texts):
        """Each text alone, by the plain tokenizer."""
        rows = [np.array([self.plain.ids(text)], dtype=np.int32) for text in texts]
        return [self.run(row, np.ones_like(row))[0].tolist() for row in rows]

    def encode(self, texts):
        encodings = self.quick.encode_batch(texts)
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int32)
        return self.run(ids, np.array([encoding.attention_mask for encoding in encodings], dtype=np.int32))

    def run(self, ids, mask):
        return self.session.run(None, {"ids": ids, "mask": mask})[0]

    def times(self, texts, batch):
        """Nanoseconds of a processor for each batch."""
        times = []
        for start in range(0, len(texts), batch):
            part = texts[start : start + batch]
            started = time.process_time_ns()
            self.encode(part)
            times.append(time.process_time_ns() - started)
        return times


def main():
    peer = Peer(Path(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "vectors":
            answer = peer.vectors(request["texts"])
        elif request["do"] == "times":
            answer = peer.times(request["texts"], request["batch"])
        else:
            answer = f"ONNX Runtime {version('onnxruntime')}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
