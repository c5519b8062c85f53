using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Files;
using BiGS.Inference;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Studies;

/// <summary>A contestant as it is, whatever it learned.</summary>
/// <param name="Key">In file names and results.</param>
/// <param name="Name">To be read.</param>
/// <param name="Parameters">Of the whole model.</param>
/// <param name="LayerParameters">Without embeddings and head.</param>
/// <param name="Costs">By length; seconds are this machine's.</param>
/// <param name="Kernels">After the first seed's whole run; none where attention routes.</param>
internal sealed record ModelFigures(
    string Key, string Name, long Parameters, long LayerParameters, IReadOnlyList<RowCost> Costs, IReadOnlyList<KernelShape> Kernels);

/// <summary>What a study found: <c>results.json</c>, from which the report is drawn. All but the seconds is the same in every run of the same study.</summary>
/// <param name="Options">What was done.</param>
/// <param name="Models">The contestants.</param>
/// <param name="Checkpoints">By model, seed and step.</param>
internal sealed record StudyResults(StudyOptions Options, IReadOnlyList<ModelFigures> Models, IReadOnlyList<CheckpointFigures> Checkpoints)
{
    public const string FileName = "results.json";

    /// <summary>Names of the tasks that checkpoints were fine-tuned for.</summary>
    [JsonIgnore]
    public IEnumerable<string> Tasks => Checkpoints.SelectMany(c => c.Tasks).Select(task => task.Task).Distinct();

    /// <summary>Checkpoints of a model at the end of its runs, one a seed.</summary>
    public IEnumerable<CheckpointFigures> Last(string model) => Checkpoints.Where(c => c.Model == model && c.Step == Options.Milestones[^1]);

    /// <summary>A figure of a model at the end of its runs, over the seeds.</summary>
    public SeedSummary? Summarize(string model, Func<CheckpointFigures, double?> figure) => SeedSummary.FromFigures(Last(model).Select(figure));

    /// <exception cref="InvalidDataException">The file is not what a study writes.</exception>
    public static StudyResults Read(string path) => OptionsFile.Read<StudyResults>(path, "the results of a study");

    /// <summary>Its properties, into an object that is begun.</summary>
    public void Write(Utf8JsonWriter json)
    {
        foreach (JsonProperty property in JsonSerializer.SerializeToElement(this, OptionsFile.Format).EnumerateObject())
        {
            property.WriteTo(json);
        }
    }

    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), OptionsFile.ToJson(this) + "\n");
}
