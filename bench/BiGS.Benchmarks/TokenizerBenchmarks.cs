using BenchmarkDotNet.Attributes;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;

namespace BiGS.Benchmarks;

/// <summary>Encoding of text in memory on one thread: the built-in grammar, with a vocabulary learned from it.</summary>
[InProcess]
public class TokenizerBenchmarks
{
    private const int Documents = 20_000;
    private const int Words = 8_192;

    private string[] _texts = null!;
    private BertTokenizer _tokenizer = null!;
    private List<int> _ids = null!;

    [GlobalSetup]
    public void Learn()
    {
        _texts = [.. new GrammarCorpus(seed: 1).Documents(0, Documents).Select(document => document.Text)];
        _tokenizer = new WordPieceTrainer { Size = Words }.Train(_texts);
        _ids = [];
    }

    [Benchmark]
    public int Encode()
    {
        _ids.Clear();
        foreach (string text in _texts)
        {
            _tokenizer.EncodeIds(text, _ids);
        }

        return _ids.Count;
    }
}
