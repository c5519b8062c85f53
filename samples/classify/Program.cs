// Fine-tunes the English model on a table of your own (text and label), then asks it about a new text.
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Torch.Inference;
using BiGS.Training.Corpora;
using BiGS.Training.FineTuning;
using BiGS.Weights;

string table = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "reviews.csv");
string model = Path.Combine(Directory.CreateTempSubdirectory().FullName, "reviews");

TaskKind kind = TaskTable.Classification(text: Column.Parse("text"), pair: null, label: Column.Parse("label"));
var request = new FineTuningRequest("classification", kind, ShippedModel.Folder, ShippedModel.Folder, [table])
{
    Options = new FineTuningOptions { Epochs = 8, BatchSize = 8 },
};
FineTuningResult result = FineTuningRun.Run(request, model);
Console.WriteLine($"{result.BestMetric} {result.Best.Score.Metrics[result.BestMetric]:f2} on examples that were held out");

using Classifier classifier = Classifier.Open(model, new OpenOptions { Backend = new TorchBackend() });
Console.WriteLine(classifier.Classify(["A warm and funny film."])[0].Labels[0].Label);
