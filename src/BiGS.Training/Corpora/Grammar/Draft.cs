using System.Text;

namespace BiGS.Training.Corpora;

/// <summary>The subject that a verb agrees with, as it stands in the draft.</summary>
/// <param name="Index">Of its head.</param>
/// <param name="Number">Plural for a coordination.</param>
/// <param name="Kind">A single kind.</param>
/// <param name="Gender">Where it is known.</param>
/// <param name="Who">The named person, or null.</param>
/// <param name="Thing">The noun's part in the scene, or null for a named person.</param>
/// <param name="Coordinated">"The cook and the guest".</param>
internal readonly record struct Subject(
    int Index, GrammaticalNumber Number, Kind Kind, Gender? Gender, Character? Who, Entity? Thing, bool Coordinated = false);

/// <summary>A sentence in the making: words from left to right, their classes, and the agreements between them.</summary>
internal sealed class Draft
{
    private readonly List<string> _words = new(48);
    private readonly List<WordClass> _classes = new(48);
    private readonly List<Agreement> _agreements = new(4);
    private readonly List<Reflexive> _reflexives = new(1);
    private readonly List<Noun> _used = new(12);
    private readonly StringBuilder _text = new(256);

    /// <summary>Of the next word.</summary>
    public int Length => _words.Count;

    public int Add(string word, WordClass wordClass)
    {
        _words.Add(word);
        _classes.Add(wordClass);
        return _words.Count - 1;
    }

    /// <summary>Adds "in front of" as three words.</summary>
    public void AddPreposition(string words)
    {
        foreach (Range range in words.AsSpan().Split(' '))
        {
            Add(words[range], WordClass.Preposition);
        }
    }

    /// <summary>Adds a noun; by <see cref="Has(Noun)"/> a lemma stands once in a sentence, but for the rare one that needs more than the scene has.</summary>
    public int Add(Noun noun, GrammaticalNumber number)
    {
        _used.Add(noun);
        return Add(noun.Form(number), number == GrammaticalNumber.Singular ? WordClass.SingularNoun : WordClass.PluralNoun);
    }

    public bool Has(Noun noun) => _used.Contains(noun);

    public bool Has(string word) => _words.Contains(word);

    /// <summary>Adds the form of <paramref name="verb"/> that agrees with a subject to its left.</summary>
    public void Agree(Subject subject, Verb verb) => AddVerb(subject.Index, subject.Number, verb, subject.Coordinated);

    /// <summary>Adds the form of <paramref name="verb"/> that agrees with a noun to come, <paramref name="ahead"/> words further.</summary>
    public void AgreeAhead(int ahead, GrammaticalNumber number, Verb verb) => AddVerb(Length + ahead, number, verb, coordinated: false);

    /// <summary>Adds himself, herself or themselves.</summary>
    public void Reflect(Subject antecedent)
    {
        int index = Add(FunctionWords.Reflexive(antecedent.Number, antecedent.Gender), WordClass.Pronoun);
        Gender? gender = antecedent.Number == GrammaticalNumber.Plural ? null : antecedent.Gender;
        int attractors = Attractors(antecedent.Index, index, antecedent.Number);
        _reflexives.Add(new Reflexive(index, antecedent.Index, antecedent.Number, gender, attractors));
    }

    /// <summary>Ends the sentence with a full stop, and begins a new one.</summary>
    public GrammarSentence Finish(string construction, int start)
    {
        Add(".", WordClass.Punctuation);
        int[] starts = new int[Length];
        for (int i = 0; i < Length; i++)
        {
            if (i > 0 && _classes[i] != WordClass.Punctuation)
            {
                _text.Append(' ');
            }
            starts[i] = _text.Length;
            _text.Append(_words[i]);
            if (i == 0 || _classes[i] == WordClass.Name)
            {
                _text[starts[i]] = char.ToUpperInvariant(_text[starts[i]]);
            }
        }
        GrammarSentence sentence = new(
            _text.ToString(), start, [.. _words], [.. _classes], starts, construction, [.. _agreements], [.. _reflexives]);
        _words.Clear();
        _classes.Clear();
        _agreements.Clear();
        _reflexives.Clear();
        _used.Clear();
        _text.Clear();
        return sentence;
    }

    private void AddVerb(int noun, GrammaticalNumber number, Verb verb, bool coordinated)
    {
        GrammaticalNumber other = number == GrammaticalNumber.Singular ? GrammaticalNumber.Plural : GrammaticalNumber.Singular;
        int index = Add(verb.Form(number), WordClass.AgreeingVerb);
        _agreements.Add(new Agreement(
            index, noun, number, verb.Form(number), verb.Form(other), Attractors(noun, index, number),
            Math.Abs(index - noun) - 1, coordinated));
    }

    private int Attractors(int noun, int verb, GrammaticalNumber number)
    {
        int count = 0;
        for (int i = noun + 1; i < verb; i++)
        {
            WordClass wordClass = _classes[i];
            count += number == GrammaticalNumber.Singular
                ? wordClass == WordClass.PluralNoun ? 1 : 0
                : wordClass is WordClass.SingularNoun or WordClass.Name ? 1 : 0;
        }
        return count;
    }
}
