namespace BiGS.Training.Corpora;

/// <summary>The part of speech of a word in its sentence.</summary>
internal enum WordClass
{
    /// <summary>the, a, these, every, his.</summary>
    Determiner,

    /// <summary>old, and the degree words before it (very).</summary>
    Adjective,

    /// <summary>boat.</summary>
    SingularNoun,

    /// <summary>boats.</summary>
    PluralNoun,

    /// <summary>anna.</summary>
    Name,

    /// <summary>she, him, themselves, and the expletive there.</summary>
    Pronoun,

    /// <summary>A verb form that agrees: sings, are, was, has, does.</summary>
    AgreeingVerb,

    /// <summary>Any other verb form: sang, will, to sing, sung.</summary>
    OtherVerb,

    /// <summary>often, quietly, yesterday, not.</summary>
    Adverb,

    /// <summary>near, in, by, to before a noun.</summary>
    Preposition,

    /// <summary>and, that and who before a clause.</summary>
    Conjunction,

    /// <summary>Full stop and comma.</summary>
    Punctuation,
}

/// <summary>A sentence with its ground truth.</summary>
internal sealed class GrammarSentence
{
    private readonly int[] _wordStarts;

    internal GrammarSentence(
        string text, int start, string[] words, WordClass[] classes, int[] wordStarts,
        string construction, Agreement[] agreements, Reflexive[] reflexives)
    {
        Text = text;
        Start = start;
        Words = words;
        Classes = classes;
        _wordStarts = wordStarts;
        Construction = construction;
        Agreements = agreements;
        Reflexives = reflexives;
    }

    /// <summary>With capitals and full stop.</summary>
    public string Text { get; }

    /// <summary>Where Text begins in the document's Text, in characters.</summary>
    public int Start { get; }

    /// <summary>Text in lower case, split at spaces, each punctuation mark a word of its own, as BERT's tokeniser splits it.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The part of speech of each word.</summary>
    public IReadOnlyList<WordClass> Classes { get; }

    /// <summary>One of the names in <see cref="Constructions"/>.</summary>
    public string Construction { get; }

    /// <summary>Every agreeing verb, from left to right.</summary>
    public IReadOnlyList<Agreement> Agreements { get; }

    /// <summary>Every reflexive pronoun.</summary>
    public IReadOnlyList<Reflexive> Reflexives { get; }

    /// <summary>Where word <paramref name="word"/> begins in Text, in characters; it is as long as the word.</summary>
    public int WordStart(int word) => _wordStarts[word];
}
