// Pretrains a tiny model on a text of your own: tokenizer, masked language modelling, checkpoint. A few steps show the way; a useful model takes hours.
using BiGS.Training;

string text = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "corpus.txt");
string output = args.Length > 1 ? args[1] : Path.Combine(Directory.CreateTempSubdirectory().FullName, "model");

PretrainingOptions recipe = PretrainingRecipe.ForPreset("tiny");
PretrainingOptions options = recipe with
{
    Corpus = [text],
    VocabSize = 400,
    BatchSize = 8,
    Training = recipe.Training with { Steps = 30, WarmupSteps = 5, EvalEvery = 30 },
};
PretrainingResult result = Pretraining.Run(options, output, new PretrainingObserver(), CancellationToken.None);
Console.WriteLine($"loss {result.HeldOut!.Loss:f2} on held-out text after {result.State.Step} steps; the model is in {output}");
