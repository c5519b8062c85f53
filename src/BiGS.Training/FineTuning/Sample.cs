using BiGS.Inference;

namespace BiGS.Training.FineTuning;

/// <summary>One thing to learn from or to answer: the rows that the model reads for it (one; a choice's, one each), and what is wanted.</summary>
/// <param name="Rows">At least one.</param>
/// <param name="Target">Null where nothing is known.</param>
internal sealed record Sample(IReadOnlyList<TokenRow> Rows, Target? Target)
{
    /// <summary>Tokens of the longest row.</summary>
    public int Length => Rows.Max(row => row.Ids.Length);
}

/// <summary>What is wanted of a model.</summary>
internal abstract record Target;

/// <summary>A class, or the right one of several choices.</summary>
internal sealed record ClassTarget(int Class) : Target;

/// <summary>A value.</summary>
internal sealed record ValueTarget(double Value) : Target;

/// <summary>Which text stands in each row, equal numbers for equal texts: the first and the second belong together, the first and others do not.</summary>
internal sealed record TextsTarget(int[] Texts) : Target;

/// <summary>One tag per token; −100 where nothing is predicted.</summary>
internal sealed record TagsTarget(int[] Tags) : Target;

/// <summary>Where an answer starts and ends, inclusive; position 0 stands for no answer.</summary>
internal sealed record SpanTarget(int Start, int End) : Target;
