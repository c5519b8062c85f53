using BiGS.Inference;
using BiGS.Pipelines;
using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>The models that are loaded, and the one reader that they share. The first that can do what a request asks for does it, unless the request names one.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly BatchScheduler _reader;

    /// <param name="models">By the names that requests call them.</param>
    /// <param name="maxBatchTokens">Tokens that are read together.</param>
    /// <param name="progress">Is told of every batch.</param>
    public ServedModels(IEnumerable<(string Name, ModelPipelines Pipelines, Precision Precision)> models, int maxBatchTokens, IProgress<CompletedBatch>? progress = null)
    {
        _reader = new BatchScheduler(maxBatchTokens, progress);
        All = [.. models.Select(model => new ServedModel(model.Name, model.Pipelines, model.Precision, _reader))];
    }

    public IReadOnlyList<ServedModel> All { get; }

    public ServedModel First => All[0];

    /// <summary>Texts that wait to be read.</summary>
    public int Waiting => _reader.QueueLength;

    /// <param name="name">What a request calls it; null for any that can.</param>
    /// <param name="can">What it must be able to do.</param>
    /// <param name="does">The same in words: "fills masks".</param>
    /// <param name="head">The head that does it.</param>
    /// <exception cref="ApiException">There is none of this name, or none that can.</exception>
    public ServedModel Find(string? name, Func<ServedModel, bool> can, string does, string head)
    {
        IReadOnlyList<ServedModel> asked = name is null ? All : [.. All.Where(model => model.Name == name)];
        if (asked.Count == 0)
        {
            throw new ApiException(StatusCodes.Status404NotFound, ErrorType.Validation, $"no model of this name is loaded; here are {Names(All)}");
        }

        return asked.FirstOrDefault(can)
            ?? throw ApiException.NotSupported($"{Names(asked)} {(asked.Count == 1 ? "is no model" : "are no models")} that {does}; start the server with --model and a folder that holds a trained {head}");
    }

    /// <summary>Answers what waits, then lets go of the models.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        foreach (ServedModel model in All)
        {
            model.Pipelines.Dispose();
        }
    }

    private static string Names(IEnumerable<ServedModel> models) => string.Join(", ", models.Select(model => $"{model.Name} ({model.Pipelines.Architecture})"));
}
