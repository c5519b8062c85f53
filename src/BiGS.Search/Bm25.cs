using BiGS.Tokenizers;

namespace BiGS.Search;

/// <summary>
/// Search by the words that question and text share, rare ones counting more: BM25 (Robertson et al. 1994), k₁ = 1.2, b = 0.75. It learns nothing, and
/// is what every search by vectors is held against.
/// </summary>
internal sealed class Bm25
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly BertNormalizer _normalizer;
    private readonly Dictionary<string, List<(int Text, int Times)>> _places = [];
    private readonly double[] _lengths;
    private readonly double _meanLength;

    /// <param name="texts">What is searched.</param>
    /// <param name="normalizer">What makes words equal: case and accents.</param>
    public Bm25(IReadOnlyList<string> texts, BertNormalizer normalizer)
    {
        _normalizer = normalizer;
        _lengths = new double[texts.Count];
        for (int text = 0; text < texts.Count; text++)
        {
            foreach ((string word, int times) in Words(texts[text]).CountBy(word => word))
            {
                (_places.TryGetValue(word, out List<(int, int)>? places) ? places : _places[word] = []).Add((text, times));
                _lengths[text] += times;
            }
        }

        _meanLength = Math.Max(1, _lengths.Average());
    }

    /// <summary>A score for every text: Σ over the question's words of ln(1 + (N − n + ½)/(n + ½)) · f (k₁ + 1) / (f + k₁ (1 − b + b l / mean l)).</summary>
    public double[] Scores(string question)
    {
        double[] scores = new double[_lengths.Length];
        foreach (string word in Words(question))
        {
            List<(int Text, int Times)> places = _places.GetValueOrDefault(word, []);
            double rarity = Math.Log(1 + ((_lengths.Length - places.Count + 0.5) / (places.Count + 0.5)));
            foreach ((int text, int times) in places)
            {
                scores[text] += rarity * times * (K1 + 1) / (times + (K1 * (1 - B + (B * _lengths[text] / _meanLength))));
            }
        }

        return scores;
    }

    private IEnumerable<string> Words(string text)
    {
        string normalized = _normalizer.Normalize(text).Text;
        return BertPreTokenizer.Words(normalized).Select(word => normalized[word]).Where(word => word.Any(char.IsLetterOrDigit));
    }
}
