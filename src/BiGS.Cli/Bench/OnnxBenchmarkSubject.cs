using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Torch.Models;
using BiGS.Torch.Onnx;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>The 12 layers exported, and computed by ONNX Runtime on as many threads as libtorch has.</summary>
internal sealed class OnnxBenchmarkSubject : BenchmarkSubject
{
    private const string States = ModelOutputs.LastHiddenState;

    private readonly OnnxModel _model;
    private readonly long[] _shape;
    private readonly long[] _ids;
    private readonly long[] _ones;
    private readonly long[] _zeros;

    public OnnxBenchmarkSubject(BiGSConfig config, bool int8, int batch, int length)
    {
        string file = Path.Combine(Path.GetTempPath(), $"bigs-bench-{Guid.NewGuid():N}.onnx");
        using (var model = new BiGSForMaskedLM(config, SsmRoutes.Auto))
        {
            model.Initialize(1);
            OnnxExport.Write(model, new ConfigFile(config, ModelHeads.Encoder, new Dictionary<string, System.Text.Json.Nodes.JsonNode?>()), file, int8);
        }

        try
        {
            _model = OnnxModel.Open(file, get_num_threads());
        }
        finally
        {
            File.Delete(file); // the model holds it open
        }

        using var ids = new RandomMaskedBatch(batch, length, CPU);
        _shape = [batch, length];
        _ids = ids.Input.data<long>().ToArray();
        _ones = [.. Enumerable.Repeat(1L, batch * length)];
        _zeros = new long[batch * length];
    }

    public override void Run() => _model.Run(_shape, _ids, _ones, _zeros, [States]);

    public override void Dispose() => _model.Dispose();
}
