using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>The 12 layers as a checkpoint that ONNX Runtime opens, as every verb that answers does, on as many threads as libtorch has.</summary>
internal sealed class OnnxBenchmarkSubject : BenchmarkSubject
{
    private const string States = ModelOutputs.LastHiddenState;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bigs-bench-");
    private readonly OnnxModel _model;
    private readonly long[] _shape;
    private readonly long[] _ids;
    private readonly long[] _ones;
    private readonly long[] _zeros;

    public OnnxBenchmarkSubject(BiGSConfig config, bool int8, int batch, int length)
    {
        using (var model = new BiGSForMaskedLM(config, SsmRoutes.Auto))
        {
            model.Initialize(1);
            CheckpointFolder.Save(_folder.FullName, model);
        }

        _model = OnnxModel.Open(_folder.FullName, get_num_threads(), int8, new GraphCache(Path.Combine(_folder.FullName, "cache")));
        using var ids = new RandomMaskedBatch(batch, length, CPU);
        _shape = [batch, length];
        _ids = ids.Input.data<long>().ToArray();
        _ones = [.. Enumerable.Repeat(1L, batch * length)];
        _zeros = new long[batch * length];
    }

    public override void Run() => _model.Run(_shape, _ids, _ones, _zeros, [States]);

    public override void Dispose()
    {
        _model.Dispose();
        _folder.Delete(recursive: true);
    }
}
