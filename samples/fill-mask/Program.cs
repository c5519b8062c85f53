// Guesses a hidden word.
using BiGS.Pipelines;

string text = args.Length > 0 ? args[0] : "The river flows into the [MASK].";

using FillMask fillMask = FillMask.Open();
foreach (MaskedWord word in fillMask.Fill(text, top: 3))
{
    foreach (MaskCandidate candidate in word.Candidates)
    {
        Console.WriteLine($"{candidate.Probability:P1}  {candidate.Text}");
    }
}
