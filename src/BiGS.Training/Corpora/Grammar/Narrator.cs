using System.Text;

namespace BiGS.Training.Corpora;

/// <summary>Tells a document: introduces the cast, then comes back to its people and things in one construction after another.</summary>
internal sealed class Narrator
{
    private readonly SplitMix64 _random;
    private readonly Scene _scene;
    private readonly Draft _draft = new();
    private readonly NounPhrases _nouns;
    private readonly VerbForms _verbs;
    private readonly Clauses _clauses;
    private readonly List<GrammarSentence> _sentences = new(16);
    private readonly StringBuilder _text = new(1024);

    public Narrator(SplitMix64 random)
    {
        _random = random;
        _scene = new Scene(random);
        _nouns = new NounPhrases(_scene, random, _draft);
        _verbs = new VerbForms(_scene, random, _draft);
        _clauses = new Clauses(_scene, random, _draft, _nouns, _verbs);
    }

    public GrammarDocument Tell()
    {
        string title = Title();
        int length = 4 + _random.Below(9);
        int introduced = 0;
        while (_sentences.Count < length)
        {
            _verbs.Tense = _scene.InPast ? Tense.Past : Tense.Present;
            _verbs.Dated = false;
            bool introduce = introduced < _scene.Cast.Length && (_sentences.Count == 0 || _random.Percent(45));
            Subject? salient = null;
            string construction = introduce ? Introduce(_scene.Cast[introduced++], ref salient) : Continue(ref salient);
            _nouns.Introduced = introduced;
            Finish(construction);
            _nouns.Salient = salient;
        }
        return new GrammarDocument(title, _text.ToString(), _sentences);
    }

    private void Finish(string construction)
    {
        if (_text.Length > 0)
        {
            _text.Append(' ');
        }
        GrammarSentence sentence = _draft.Finish(construction, _text.Length);
        _sentences.Add(sentence);
        _text.Append(sentence.Text);
    }

    private string Title()
    {
        Character hero = _scene.Cast[0];
        return _random.Below(3) switch
        {
            0 => $"The {_scene.PlaceTrait} {_scene.Place.Singular}",
            1 => $"{Inflection.Capitalise(hero.Name)} the {hero.Calling.Singular}",
            _ => $"{Inflection.Capitalise(hero.Name)} and the {hero.Favourite.Noun.Plural}",
        };
    }

    /// <summary>Anna is a nurse in the old hospital. Or: Anna, a nurse, wears a blue coat.</summary>
    private string Introduce(Character who, ref Subject? salient)
    {
        Subject subject = _nouns.Write(who);
        salient = subject;
        bool first = _sentences.Count == 0;
        if (!first && _random.Percent(30))
        {
            _draft.Add(",", WordClass.Punctuation);
            Calling(who);
            _draft.Add(",", WordClass.Punctuation);
            _clauses.Plain(subject);
            return Constructions.Simple;
        }
        _verbs.Copula(subject);
        Calling(who);
        if (first)
        {
            _nouns.MainPlace();
        }
        return Constructions.Simple;
    }

    private void Calling(Character who)
    {
        bool trait = _random.Percent(40);
        _draft.Add(Inflection.Article(trait ? who.Trait : who.Calling.Singular), WordClass.Determiner);
        if (trait)
        {
            _draft.Add(who.Trait, WordClass.Adjective);
        }
        _draft.Add(who.Calling, GrammaticalNumber.Singular);
    }

    private string Continue(ref Subject? salient)
    {
        switch (_random.Weighted([30, 27, 8, 6, 5, 6, 5, 8, 2, 1, 1, 3]))
        {
            case 0:
                salient = Simple();
                return Constructions.Simple;
            case 1:
                _clauses.Prepositional();
                return Constructions.Prepositional;
            case 2:
                _clauses.SubjectRelative();
                return Constructions.SubjectRelative;
            case 3:
                _clauses.ObjectRelative(that: true);
                return Constructions.ObjectRelative;
            case 4:
                _clauses.ObjectRelative(that: false);
                return Constructions.ObjectRelativeNoThat;
            case 5:
                _clauses.SententialComplement();
                return Constructions.SententialComplement;
            case 6:
                salient = _clauses.CoordinatedSubject();
                return Constructions.CoordinatedSubject;
            case 7:
                _clauses.CoordinatedVerb();
                return Constructions.CoordinatedVerb;
            case 8:
                _clauses.Reflexive();
                return Constructions.Reflexive;
            case 9:
                _clauses.ReflexiveInComplement();
                return Constructions.ReflexiveInComplement;
            case 10:
                _clauses.ReflexiveAcrossRelative();
                return Constructions.ReflexiveAcrossRelative;
            default:
                _clauses.Existential();
                return Constructions.Existential;
        }
    }

    private Subject Simple()
    {
        Opening();
        Subject subject = SimpleSubject();
        _clauses.Plain(subject);
        return subject;
    }

    /// <summary>he, she and they go on about the last subject; then names, then the rest.</summary>
    private Subject SimpleSubject()
    {
        if (_nouns.Salient is { Kind: Kind.Person } last && _random.Percent(45))
        {
            if (last.Number == GrammaticalNumber.Plural)
            {
                return _nouns.Pronoun(GrammaticalNumber.Plural, null);
            }
            if (last.Who is not null)
            {
                return _nouns.Pronoun(GrammaticalNumber.Singular, last.Who);
            }
        }
        return _random.Percent(35) ? _clauses.Somebody() : _clauses.Anything();
    }

    /// <summary>Yesterday, tomorrow, or a place in front; mostly nothing.</summary>
    private void Opening()
    {
        int turn = _random.Below(100);
        if (turn < 6 && !_scene.InPast)
        {
            _verbs.Tense = Tense.Past;
            Date("yesterday");
        }
        else if (turn < 10 && !_scene.InPast)
        {
            _verbs.Tense = Tense.Future;
            Date("tomorrow");
        }
        else if (turn < 14)
        {
            _nouns.MainPlace();
            _draft.Add(",", WordClass.Punctuation);
        }
        else if (turn < 18 && !_scene.InPast)
        {
            Date(_random.Percent(50) ? "today" : "now");
        }
    }

    private void Date(string adverb)
    {
        _verbs.Dated = true;
        _draft.Add(adverb, WordClass.Adverb);
    }
}
