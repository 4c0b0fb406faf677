"""Texts in the shapes of the public JSON parsing test suite, written anew, each with what D001's words make of it.

`STRICT` are one strict JSON value each; `NOT_STRICT` are not: where the standard leaves a text to the parser, D001
decides. `PIECES` are texts that may stand where a value may, so that they can be set into a whole document.
"""

LIMIT = 1_048_576


def _each(group: str, *texts: bytes | str) -> dict[str, bytes]:
    raw = (text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text for text in texts)
    return {f"{group} {number}: {text[:30]!r}": text for number, text in enumerate(raw, 1)}


def _nested(opens: str, closes: str, depth: int, inner: str = "") -> str:
    return opens * depth + inner + closes * depth


# Pieces: what may be set into a document

STRICT_PIECES = {
    **_each("scalar", "null", "true", "false", '""', '"a"', "0", "-0", "1", "-1", "0.5", "-0.0"),
    **_each("number", "1e5", "1E5", "1e+5", "1e-5", "1.5e3", "0e0", "0e+1", "-1.25E-2", "1e308", "-1e308", "1e-400"),
    **_each("long number", "999999999999999", "-999999999999999", "1.7976931348623157e308", "5e-324"),
    **_each(
        "long fraction", "0." + "1" * 300, "123456789012345678.0", "1" + "0" * 20 + "e0", "2.2250738585072011e-308"
    ),
    **_each("rounds down", "1.797693134862315807e308", "1e-999999999"),
    **_each("empty", "[]", "{}", "[[]]", "[{}]", '{"":0}', "[ ]", "{ }", '{"a":[]}', "[[],[]]", "[{},{}]"),
    **_each("space", "[ 1 , 2 ]", "[\n1\r\n]", "[\t1\t]", '{ "a" : 1 }', '{\r"a"\n:\t1}', '{"a":{"b" :1} }'),
    **_each("escape", *(f'"\\{letter}"' for letter in '"\\/bfnrt'), '"\\u0041"', '"\\u00e9"', '"\\uABCD"', '"\\uabCd"'),
    **_each("control, escaped", '"\\u0000"', '"\\u001f"', '"a\\u0000b"', '"\\u007f"', '"\\u0085"'),
    **_each(
        "pair", '"\\ud83d\\ude00"', '"\\uD834\\udd1e"', '"\\uDBFF\\uDFFF"', '"\\ud800\\udc00"', '"x\\ud83d\\ude00y"'
    ),
    **_each(
        "no escape", '"\\\\u0000"', '"\\\\ud800"', '"\\\\a"', '"\\\\\\""', '"\\\\\\\\"', '"//"', '"/* */"', '"# x"'
    ),
    **_each("in a text", '"[[[["', '"}}}}"', '",,,"', '"NaN"', '"Infinity"', '"1e999"', '"\'"', '"a:b"', '"\\"a\\":1"'),
    **_each(
        "letters", '"é"', '"日本"', '"😀"', '"\u2028\u2029"', '"\x7f"', '"\u00a0"', '"\ufeff"', '"\ufffe"', '"\uffff"'
    ),
    **_each("marks", '"\u202e"', '"e\u0301"', '"\ue000"', '"\U0010ffff"', '"\U0001fffe"', '"\u200b"', '"\u0600"'),
    **_each("not names twice", '{"a":1,"A":1}', '{"a":1,"b":{"a":1}}', '{"é":1,"e\u0301":1}', '[{"a":1},{"a":1}]'),
    **_each("names apart", '{"a":1,"a ":1}', '{"a":1,"\\u0000a":1}', '{"":1," ":1}', '{"a":1,"\uff41":1}'),
    **_each("names of Python", '{"__proto__":1}', '{"constructor":1}', '{"__class__":1}', '{"toString":null}'),
    **_each("deep", _nested("[", "]", 10), _nested('{"a":', "}", 10, "1"), _nested('[{"a":', "}]", 5, "[]")),
    **_each(
        "many",
        "[" + "[]," * 5000 + "[]]",
        "[" + "0," * 5000 + "0]",
        "{" + ",".join(f'"{n}":{n}' for n in range(3000)) + "}",
    ),
    **_each(
        "long text",
        '"' + "a" * 100_000 + '"',
        '"' + "\\n" * 50_000 + '"',
        '"' + "\\u00e9" * 20_000 + '"',
        '"' + "😀" * 20_000 + '"',
    ),
}

NOT_STRICT_PIECES = {
    # Each still leaves a document of braces and commas around it that a lax reader could take.
    **_each("comma", "[1,]", "[,1]", "[,]", "[1,,2]", "[,,]", '{"a":1,}', "{,}", '{,"a":1}', '{"a":1,,"b":2}', "[1;2]"),
    **_each("no comma", "[1 2]", '["a" "b"]', "[[] []]", '{"a":1 "b":2}', "[1 true]", '["" 1]', "[1\n2]", "[{}{}]"),
    **_each(
        "colon", '{"a"}', '{"a" 1}', '{"a"::1}', '{"a":}', '["a":1]', '{:1}', '{"a":1:2}', '{"a"=1}', '{"a",1}',
        '{"a":,"b":1}',
    ),
    **_each(
        "name", "{a:1}", "{1:1}", "{'a':1}", "{null:1}", "{true:1}", "{[]:1}", "{{}:1}", '{"a":1,b:2}', "{`a`:1}",
        "{\\u0061:1}",
    ),
    **_each(
        "word", "True", "False", "None", "NULL", "nul", "tru", "fals", "nulll", "truefalse", "undefined", "yes", "x",
    ),
    **_each(
        "no number", "+1", "01", "-01", "00", "-", "--1", "+", "1.", ".5", "-.5", ".", "1.e1", "1..2", "1.2.3", "-1.",
    ),
    **_each(
        "no exponent", "1e", "1E", "1e+", "1e-", "1e+-1", "1ee2", "1e1.5", "1e1e1", "e1", "0e", "0.3e", "0.3e+", "1.0e",
        "1e 5",
    ),
    **_each(
        "other bases", "0x", "0x1F", "0X1", "0b1", "0o7", "017", "1_000", "1,000.0.0", "1L", "1f", "1n", "0x1p3", "1a",
        "1'000",
    ),
    **_each("spaced number", "- 1", "1 .5", "1. 5", "1 e5", "1 000", "0 1", "-\n1"),
    **_each("other digits", "١", "１", "1２", "−1", "½", "1²", "1٫5", "𝟏", "१"),
    **_each(
        "no finite", "NaN", "-NaN", "+NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "-inf", "INF", "Inf",
        "NAN", "1.#INF",
    ),
    **_each(
        "over the doubles", "1e309", "-1e309", "1e400", "-1e400", "1E+400", "1.8e308", "1.7976931348623159e308",
        "1e9999999999",
    ),
    **_each(
        "over the doubles, long", "1" + "0" * 400 + ".0", "9" * 310 + "e0", "-" + "9" * 310 + ".5", "0.1e310",
        "0.0001e999",
    ),
    **_each("over 15 digits", "1000000000000000", "-1000000000000000", "9007199254740993", "9223372036854775808"),
    **_each("over 64 bits", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "1" + "0" * 30),
    **_each("many digits", "9" * 400, "1" * 5000, "-" + "1" * 5000, "1" + "0" * 4300),
    **_each(
        "quotes", "'a'", "`a`", "“a”", "a", "\\u0022a\\u0022", '"a', 'a"', '"', '"""', '"a""b"', "''", '"a"b"',
        '\\"a\\"',
    ),
    **_each(
        "no escape", '"\\a"', '"\\v"', '"\\0"', '"\\x41"', "\"\\'\"", '"\\ "', '"\\é"', '"\\😀"', '"\\U0001F600"',
        '"\\u{41}"', '"\\e"',
    ),
    **_each(
        "broken escape", '"\\u"', '"\\u1"', '"\\u12"', '"\\u123"', '"\\u 123"', '"\\u+123"', '"\\u-123"', '"\\uGHIJ"',
        '"\\u00g1"', '"\\u0x41"',
    ),
    **_each("broken escape, Python's", '"\\u1_23"', '"\\u１２３４"', '"\\u12 3"', '"\\ud83d\\u12"', '"\\ud83d\\ude0"'),
    **_each(
        "control", *(f'"a{chr(code)}b"' for code in range(0x20)), '["\n"]', '{"a\tb":1}', '["a\x00"]', '{"\x1f":1}',
    ),
    **_each(
        "half a pair", '"\\ud800"', '"\\udbff"', '"\\udc00"', '"\\udfff"', '"\\ud83d"', '"\\ude00\\ud83d"',
        '"\\ud83dx"', '"\\uD800\\uD800\\uDC00"',
    ),
    **_each(
        "half a pair, inside", '["a",["\\udead"]]', '{"\\ud800":1}', '{"a":"\\ud83d\\u0041"}', '"\\ud83d\\\\ude00"',
        '"\\ud800\\n"',
    ),
    **_each("half a pair, split", '["\\ud83d","\\ude00"]', '"\\ud83d \\ude00"', '"\\ud83d\\u005cude00"', '"😀\\ud83d"'),
    **_each(
        "name twice", '{"a":1,"a":1}', '{"a":1,"a":2}', '{"":1,"":1}', '{"a":1,"b":2,"a":3}', '{"a":{},"a":[]}',
        '{"a":null,"a":null}',
    ),
    **_each("name twice, inside", '[{"a":1,"a":1}]', '{"x":{"y":[{"z":1,"z":1}]}}', '{"a":{"b":1,"b":1},"c":1}'),
    **_each(
        "name twice, escaped", '{"a":1,"\\u0061":1}', '{"\\u0061":1,"\\u0061":1}', '{"\\/":1,"/":1}',
        '{"\\n":1,"\\u000a":1}', '{"é":1,"\\u00e9":1}',
    ),
    **_each(
        "name twice, pair", '{"😀":1,"\\ud83d\\ude00":1}', '{"\\u0000":1,"\\u0000":2}', '{"\\"":1,"\\u0022":1}',
        '{"\\\\":1,"\\u005C":1}',
    ),
    **_each(
        "comment", "/**/1", "1/**/", "[1,/* a */2]", "[1]//", "# a\n1", "-- a\n1", "[1,// a\n2]", '{"a":/**/1}',
        '{/**/"a":1}', "<!-- -->1",
    ),
    **_each(
        "strange space", "[\x0b1]", "[\x0c1]", "[\u00a01]", "[\u20281]", "[\u30001]", "[\u200b1]", "[\ufeff1]",
        "[\u00851]", "[\x001]", "[\u20601]",
    ),
    **_each(
        "bytes", b'"\xff"', b'"\xfe"', b'"\x80"', b'"\xbf"', b'"\xc3"', b'"\xc3\x28"', b'"\xe2\x82"', b'"\xe2\x28\xa1"',
        b'"\xf0\x9f\x98"',
    ),
    **_each(
        "overlong", b'"\xc0\xaf"', b'"\xc0\x80"', b'"\xc1\xbf"', b'"\xe0\x80\xaf"', b'"\xe0\x9f\xbf"',
        b'"\xf0\x80\x80\xaf"', b'"\xfc\x80\x80\x80\x80\xaf"',
    ),
    **_each(
        "half a pair in bytes", b'"\xed\xa0\x80"', b'"\xed\xbf\xbf"', b'"\xed\xa0\xbd\xed\xb8\x80"',
        b'{"\xed\xa0\x80":1}',
    ),
    **_each(
        "past the last", b'"\xf4\x90\x80\x80"', b'"\xf5\x80\x80\x80"', b'"\xf8\x88\x80\x80\x80"', b'"\xff\xff\xff\xff"',
    ),
    **_each(
        "other encodings", b'"\xe9"', b'"\x93a\x94"', b'"\xa4\xe9"', b"\xc3\xa9\xe9", b'"\x1b$B"', b"\xff",
        b"\xc0\xa2a\xc0\xa2",
    ),
    **_each(
        "too deep", _nested("[", "]", 25), _nested('{"a":', "}", 25, "1"), _nested('[{"a":', "}]", 12, "1"),
        _nested("[", "]", 1000),
    ),
    **_each(
        "far too deep", _nested("[", "]", 100_000), _nested('{"a":', "}", 100_000, "1"), _nested("[[],", "]", 500, "1"),
    ),
    **_each(
        "two values", "1 2", "{}{}", "[][]", "null null", "[]{}", "1\n1", "[] 1", "{} x", "[1]]", '{"a":1}}',
    ),
    **_each("unlike brackets", "[}", "{]", "[1}", '{"a":1]', "[[}]", "(1)", "<1>", "[1)", "[*]", "[-]", "[&a]", "[$]"),
    **_each(
        "code", "new Date(0)", "1+1", "Math.PI", "{{x}}", "${x}", "<?xml?>", "!!str a", "---\na: 1", "a=1", "f([])",
    ),
}  # fmt: skip

# Whole texts: what only makes sense alone

STRICT_WHOLES = {
    **_each("space around", " 1", "1 ", "\n1\n", "\r\n[]\r\n", "\t{}\t", " \t\r\n[] \t\r\n"),
    **_each(
        "as deep as may be", _nested("[", "]", 20), _nested('{"a":', "}", 20, "1"), _nested('[{"a":', "}]", 10, "1"),
    ),
    **_each(
        "as long as may be", '"' + "a" * (LIMIT - 2) + '"', "1" + " " * (LIMIT - 1), "[" + "0," * 524_286 + "0" + "]",
    ),
}  # fmt: skip

NOT_STRICT_WHOLES = {
    **_each("nothing", "", " ", "\n", "\t", "\r\n", " " * 1000, " " * LIMIT, "\x00", "\x00" * 100, "\u00a0", "\ufeff"),
    **_each(
        "unterminated", "[", "{", "[1", "[1,", '{"a', '{"a"', '{"a":', '{"a":1', '{"a":1,', "[[", "[{", '[""', '["',
        "[\n",
    ),
    **_each(
        "unterminated text", '"\\', '"a\\"', '"\\u', '"\\u0041', '"\\ud83d\\ude00', "'", '["a', '["a"',
        '{"":"',
    ),
    **_each("unterminated word", "t", "n", "f", "[tru", "[nul", "[fals", "[-", "[1e", "[1.", "N", "[Infinit"),
    **_each("closed alone", "]", "}", "]]", "}{", "][", ",", ":", ",[]", "[],", "[]]", "{}}", '"a"]', "1]", "1,"),
    **_each(
        "after the end", "{}#", "[]//", "{}/**/", "[]x", "{};", "[]\x00", "{}\x0b", "[]\ufeff", "{}\x1a",
        "[]\x04", "{}\n--",
    ),
    **_each(
        "mark before", b"\xef\xbb\xbf{}", b"\xef\xbb\xbf[1]", b"\xef\xbb{}",
        b"\xef\xbb\xbf\xef\xbb\xbf{}", b" \xef\xbb\xbf{}",
    ),
    **_each(
        "16 bits", "{}".encode("utf-16"), "[1]".encode("utf-16-le"), "[1]".encode("utf-16-be"), b"\xff\xfe",
        b"\xfe\xff{}", b"[\x00]\x00",
    ),
    **_each(
        "32 bits", "{}".encode("utf-32"), "[1]".encode("utf-32-le"), "[1]".encode("utf-32-be"), b"\x00\x00\xfe\xff",
        b"\xff\xfe\x00\x00",
    ),
    **_each(
        "other codes", b"+/v8-{}", b"\x0e\xfe\xff{}", "{}".encode("cp500"), b"\x1f\x8b\x08\x00", b"PK\x03\x04",
        b"%PDF-1.7", b"\x89PNG\r\n\x1a\n",
    ),
    **_each("lines", "{}\n{}", "1\n2\n3", '\x1e{"a":1}\n', ")]}',\n{}", "while(1);[]", "callback({})", "{}\r{}"),
    **_each("one too deep", _nested("[", "]", 21), _nested('{"a":', "}", 21, "1"), _nested('[{"a":', "}]", 11, "1")),
    **_each(
        "open without end", "[" * 100_000, '{"":' * 100_000, '[{"":' * 50_000, "[" * LIMIT, '{"a":[' * 100_000,
        "]" * 100_000,
    ),
    **_each(
        "over the limit", " " * (LIMIT + 1), "[]" + " " * (LIMIT - 1), '"' + "a" * (LIMIT - 1) + '"',
        "[" + "0," * 524_288 + "0]",
    ),
    **_each(
        "long and wrong", '"' + "a" * (LIMIT - 1), "1" * LIMIT, '["' + "\\u12" * 200_000, "[" + "1," * 500_000,
        '"' + "\\" * (LIMIT - 1),
    ),
}  # fmt: skip

PIECES = {
    **{f"strict {name}": (raw, True) for name, raw in STRICT_PIECES.items()},
    **{f"not strict {name}": (raw, False) for name, raw in NOT_STRICT_PIECES.items()},
}
WHOLES = {
    **{f"strict {name}": (raw, True) for name, raw in STRICT_WHOLES.items()},
    **{f"not strict {name}": (raw, False) for name, raw in NOT_STRICT_WHOLES.items()},
}
TEXTS = PIECES | WHOLES
