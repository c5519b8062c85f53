using CsCheck;

namespace BiGS.Support;

/// <summary>Random texts that go where tokenizers break: marks, controls, lone surrogates, Hangul, ideographs, special tokens, long
/// words.</summary>
internal static class Texts
{
    private static readonly Gen<string> Unusual = Gen.OneOf(
        Gen.Char['\u0000', '\u00ff'], Gen.Char['\u0300', '\u036f'], Gen.Char['\u2000', '\u206f'], Gen.Char['\uac00', '\ud7a3'],
        Gen.Char['\u4e00', '\u9fff'], Gen.Char['\ud800', '\udfff'], Gen.Char['\u0000', '\uffff']).Select(unit => unit.ToString());

    private static readonly Gen<string> Supplementary = Gen.Int[0x10000, 0x10ffff].Select(char.ConvertFromUtf32);

    private static readonly Gen<string> Words = Among(
        "hello", "Hello", "unaffable", "HUGS", "café", "cafe\u0301", "İstanbul", "ΣΊΣΥΦΟΣ", "한국어", "日本", "≠", "\u0958", "\uf900", "don't", "ﬁ",
        " ", " ", "\n", "\t", "\u00a0", "[MASK]", "[SEP]", "[mask]", "[MA", "[UNK][PAD]", "##s", new string('a', 100), new string('é', 101),
        string.Concat(Enumerable.Repeat("𝒜", 100)), string.Concat(Enumerable.Repeat("𝒜", 101)));

    public static readonly Gen<string> Any = Gen.OneOf(Words, Words, Words, Unusual, Supplementary).List[0, 20].Select(string.Concat);

    public static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
