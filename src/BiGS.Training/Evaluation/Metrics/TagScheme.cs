namespace BiGS.Training.Evaluation;

/// <summary>A named stretch of a tagged sentence.</summary>
/// <param name="Kind">What follows the prefix of its tags; a tag without a prefix is its own kind.</param>
/// <param name="First">Its first word.</param>
/// <param name="Last">Its last word, inclusive.</param>
internal readonly record struct Entity(string Kind, int First, int Last);

/// <summary>
/// How tags mark entities. In IOB1, IOB2, IOBES and BILOU a tag is a prefix and a kind, as in B-PER or B_PER: B begins an entity, I goes on with it, E or L
/// ends it, S or U is one by itself, and O is outside of all. Tags such as PER and O mark entities without prefixes (IO); tags such as NOUN and VERB, none
/// of which is O, mark none: each word is then counted by itself.
/// </summary>
internal sealed class TagScheme
{
    /// <summary>The tag of words outside of all entities.</summary>
    public const string Outside = "O";

    private const string Io = "IO";
    private const string Iob1 = "IOB1";
    private const string Iob2 = "IOB2";
    private const string Iobes = "IOBES";
    private const string Bilou = "BILOU";
    private const string Mixed = "mixed";
    private const string WordByWord = "none";
    private const string Prefixes = "BIESLUMW";
    private const string NoKind = "_";

    private static readonly Part OutsidePart = new('O', NoKind);

    private readonly TagForm _form;

    private TagScheme(string name, TagForm form)
    {
        Name = name;
        _form = form;
    }

    private enum TagForm
    {
        Plain,
        Prefix,
        Suffix,
    }

    /// <summary>IO, IOB1, IOB2, IOBES or BILOU; <c>mixed</c> where the tags follow none of them, and <c>none</c> where they mark no entities.</summary>
    public string Name { get; }

    /// <summary>Whether the tags mark stretches of words, such as names of people and places.</summary>
    public bool MarksEntities => Name != WordByWord;

    /// <summary>Whether the scheme says which sequences of tags are well-formed, so that <see cref="StrictEntities"/> can tell.</summary>
    public bool IsStrict => Name is Iob1 or Iob2 or Iobes or Bilou;

    /// <summary>Recognises the scheme that some tags follow.</summary>
    /// <param name="tags">All that occur, or that a model knows.</param>
    /// <param name="sentences">Tagged sentences, which tell IOB1 and IOB2 apart.</param>
    public static TagScheme Recognize(IEnumerable<string> tags, IEnumerable<IReadOnlyList<string>> sentences)
    {
        string[] all = [.. tags.Distinct()];
        string[] inside = [.. all.Where(tag => tag != Outside)];
        bool hasOutside = inside.Length < all.Length;
        if (inside.Length > 0 && Array.TrueForAll(inside, HasPrefix))
        {
            return OfPrefixes([.. inside.Select(tag => tag[0])], TagForm.Prefix, sentences);
        }

        if (hasOutside && inside.Length > 0 && Array.TrueForAll(inside, HasSuffix))
        {
            return OfPrefixes([.. inside.Select(tag => tag[^1])], TagForm.Suffix, sentences);
        }

        return !hasOutside ? new TagScheme(WordByWord, TagForm.Plain)
            : Array.Exists(inside, HasPrefix) ? new TagScheme(Mixed, TagForm.Prefix)
            : new TagScheme(Io, TagForm.Plain);
    }

    /// <summary>
    /// The entities of a sentence as seqeval counts them by default, which is as conlleval does: whatever the scheme, B and S begin an entity, an I or E that
    /// follows nothing of its kind begins one too, and O, a change of kind and what follows an E or S end it. L and U only differ from I in not being
    /// broken off by a B of their kind: seqeval does not know them in this mode.
    /// </summary>
    public IEnumerable<Entity> Entities(IReadOnlyList<string> tags)
    {
        (Part before, int begin) = (OutsidePart, 0);
        for (int i = 0; i <= tags.Count; i++)
        {
            Part part = i < tags.Count ? Split(tags[i]) : OutsidePart;
            if (Ends(before, part))
            {
                yield return new Entity(before.Kind, begin, i - 1);
            }

            begin = Begins(before, part) ? i : begin;
            before = part;
        }
    }

    /// <summary>The entities of a sentence whose tags are well-formed in this scheme, as seqeval counts them with <c>mode='strict'</c>; others do not count.</summary>
    /// <exception cref="InvalidOperationException">The scheme is not strict.</exception>
    public IEnumerable<Entity> StrictEntities(IReadOnlyList<string> tags)
    {
        Part[] parts = IsStrict
            ? [.. tags.Select(Split), OutsidePart]
            : throw new InvalidOperationException($"The tags' scheme is {Name}, which does not say what is well-formed.");
        Part before = OutsidePart;
        for (int i = 0; i < parts.Length; before = parts[i - 1])
        {
            int first = i++;
            if (BeginsStrictly(before, parts[first]))
            {
                while (GoesOnStrictly(parts[i - 1], parts[i]))
                {
                    i++;
                }

                if (EndsStrictly(parts[i - 1], parts[i]))
                {
                    yield return new Entity(parts[first].Kind, first, i - 1);
                }
            }
        }
    }

    private static bool HasPrefix(string tag) => (tag.Length == 1 || (tag.Length > 2 && tag[1] is '-' or '_')) && Prefixes.Contains(tag[0], StringComparison.Ordinal);

    private static bool HasSuffix(string tag) => tag.Length > 2 && tag[^2] is '-' or '_' && Prefixes.Contains(tag[^1], StringComparison.Ordinal);

    private static TagScheme OfPrefixes(HashSet<char> prefixes, TagForm form, IEnumerable<IReadOnlyList<string>> sentences)
    {
        bool hasBilou = prefixes.Overlaps("LU");
        bool hasIobes = prefixes.Overlaps("ESMW");
        return hasBilou && hasIobes ? new TagScheme(Mixed, form)
            : hasBilou ? new TagScheme(Bilou, form)
            : hasIobes ? new TagScheme(Iobes, form)
            : !prefixes.Contains('B') ? new TagScheme(Io, form)
            : new TagScheme(InsideBegins(new TagScheme(Iob2, form), sentences) ? Iob1 : Iob2, form);
    }

    /// <summary>Whether I begins entities, more often than B does where no other of its kind comes before: in IOB1 B only parts neighbours.</summary>
    private static bool InsideBegins(TagScheme reader, IEnumerable<IReadOnlyList<string>> sentences)
    {
        (int byI, int byB) = (0, 0);
        foreach (IReadOnlyList<string> sentence in sentences)
        {
            Part before = OutsidePart;
            foreach (Part part in sentence.Select(reader.Split))
            {
                bool follows = before.Prefix != 'O' && before.Kind == part.Kind;
                byI += part.Prefix == 'I' && !follows ? 1 : 0;
                byB += part.Prefix == 'B' && !follows ? 1 : 0;
                before = part;
            }
        }

        return byI > byB;
    }

    private Part Split(string tag)
    {
        if (tag.Length == 0 || tag == Outside)
        {
            return OutsidePart;
        }

        return _form switch
        {
            TagForm.Prefix when HasPrefix(tag) => new Part(Known(tag[0]), tag.Length > 2 ? tag[2..] : NoKind),
            TagForm.Suffix when HasSuffix(tag) => new Part(Known(tag[^1]), tag[..^2]),
            _ => new Part(MarksEntities ? 'I' : 'S', tag),
        };
    }

    /// <summary>BMES and BMEWO write M for I, and W for S.</summary>
    private static char Known(char prefix) => prefix switch { 'M' => 'I', 'W' => 'S', _ => prefix };

    private static bool Begins(Part before, Part part) => part.Prefix is 'B' or 'S'
        || (part.Prefix is 'I' or 'E' && before.Prefix is 'E' or 'S' or 'O')
        || (part.Prefix != 'O' && part.Kind != before.Kind);

    private static bool Ends(Part before, Part part) => before.Prefix is 'E' or 'S'
        || (before.Prefix is 'B' or 'I' && part.Prefix is 'B' or 'S' or 'O')
        || (before.Prefix != 'O' && part.Kind != before.Kind);

    private bool BeginsStrictly(Part before, Part part) => Name != Iob1 ? part.Prefix is 'B' or 'S' or 'U'
        : part.Prefix == 'I' ? before.Prefix is 'O' or 'B' || part.Kind != before.Kind
        : part.Prefix == 'B' && before.Prefix != 'O' && part.Kind == before.Kind;

    private static bool GoesOnStrictly(Part before, Part part) => before.Prefix is 'B' or 'I' && part.Prefix is 'I' or 'E' or 'L' && part.Kind == before.Kind;

    private bool EndsStrictly(Part last, Part next) => Name switch
    {
        Iob1 => last.Prefix == 'I' || next.Prefix != 'B' || next.Kind == last.Kind,
        Iob2 => true,
        _ => last.Prefix is 'E' or 'S' or 'L' or 'U',
    };

    private readonly record struct Part(char Prefix, string Kind);
}
