using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>One way to do the same work: what is built once, and one turn of it.</summary>
internal abstract class BenchmarkSubject : IDisposable
{
    public const int Layers = 12;
    public const int Words = 30_522;
    protected const int StateSize = 64;

    private const string Onnx = "onnx";
    private const string OnnxInt8 = "onnx-int8";
    private const string OnnxAttention = "onnx-attention";
    private const string OnnxHydra = "onnx-hydra";

    /// <summary>The names that <see cref="Of"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ours", "authors", "attention", "hydra", "floor", Onnx, OnnxInt8, OnnxAttention, OnnxHydra];

    /// <summary>Whether a side can do a piece of work: exported models only answer, and on the processor.</summary>
    public static bool Does(string name, Work work, Device device) => !IsOnnx(name) || (work == Work.Inference && device.type == DeviceType.CPU);

    /// <summary>What a side computes in, for those that are no matter of choice; null for the others.</summary>
    public static string? OwnPrecision(string name) => name == OnnxInt8 ? "int8" : IsOnnx(name) ? "fp32" : null;

    /// <summary>Builds a side for a piece of work.</summary>
    public static BenchmarkSubject Of(string name, Work work, Precision precision, int batch, int length, int width, Device device)
    {
        if (name == "authors")
        {
            return work is Work.LayerForward or Work.LayerTrain
                ? new AuthorsOneLayer(work, batch, length, width, device)
                : new AuthorsWhole(work, batch, length, width, device);
        }

        BiGSConfig config = Config(name, length, width);
        if (IsOnnx(name))
        {
            return new OnnxBenchmarkSubject(config, name == OnnxInt8, batch, length);
        }

        ISsmRoute route = name == "floor" ? new IdentityRoute() : SsmRoutes.Auto;
        return work is Work.LayerForward or Work.LayerTrain
            ? new OneLayer(work, config, route, precision, batch, length, device)
            : new Whole(work, config, route, precision, batch, length, device);
    }

    /// <summary>Does the work once.</summary>
    public abstract void Run();

    public abstract void Dispose();

    private static bool IsOnnx(string name) => name is Onnx or OnnxInt8 or OnnxAttention or OnnxHydra;

    private static BiGSConfig Config(string side, int length, int width)
    {
        BiGSConfig shape = Presets.Get("base") with
        {
            HiddenSize = width,
            IntermediateSize = 3 * width,
            NumHiddenLayers = Layers,
            NumAttentionHeads = Math.Max(1, width / 64),
            StateSize = StateSize,
            VocabSize = Words,
            MaxPositionEmbeddings = length,
            HiddenDropoutProb = 0,
        };
        return side switch
        {
            "attention" or OnnxAttention => shape.WithBlocks(Architecture.Stack, Routing.Attention),
            "hydra" or OnnxHydra => shape.WithBlocks(Architecture.Gated, Routing.Hydra),
            _ => shape,
        };
    }

    /// <summary>A layer's turn: forward, and backward where training is timed.</summary>
    protected static void Run(Work work, Func<Tensor, Tensor> layer, Tensor x, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        if (work == Work.LayerForward)
        {
            using var untracked = no_grad();
            layer(x);
        }
        else
        {
            layer(x).backward([gradient]);
        }
    }

    private sealed class OneLayer : BenchmarkSubject
    {
        private readonly Work _work;
        private readonly BiGSForMaskedLM _model;
        private readonly Block _block;
        private readonly Tensor _x;
        private readonly Tensor _gradient;

        public OneLayer(Work work, BiGSConfig config, ISsmRoute route, Precision precision, int batch, int length, Device device)
        {
            _work = work;
            _model = new BiGSForMaskedLM(config with { NumHiddenLayers = 1, VocabSize = 8 }, route);
            _model.Initialize(1);
            _model.to(device);
            _model.ComputeIn(precision);
            _block = _model.Bigs.Layers.Single();
            _x = randn(length, batch, config.HiddenSize, device: device).requires_grad_();
            _gradient = randn(length, batch, config.HiddenSize, device: device);
        }

        public override void Run() => Run(_work, x => _block.forward(x, null), _x, _gradient);

        public override void Dispose()
        {
            _model.Dispose();
            _x.Dispose();
            _gradient.Dispose();
        }
    }

    private sealed class AuthorsOneLayer(Work work, int batch, int length, int width, Device device) : BenchmarkSubject
    {
        private readonly ReferenceLayer _layer = new ReferenceLayer(width, StateSize).to(device);
        private readonly Tensor _x = randn(batch, length, width, device: device).requires_grad_();
        private readonly Tensor _gradient = randn(batch, length, width, device: device);

        public override void Run() => Run(work, _layer.forward, _x, _gradient);

        public override void Dispose()
        {
            _layer.Dispose();
            _x.Dispose();
            _gradient.Dispose();
        }
    }

    private sealed class Whole : BenchmarkSubject
    {
        private readonly Work _work;
        private readonly BiGSForMaskedLM _model;
        private readonly List<Parameter> _parameters;
        private readonly FusedAdamW? _optimizer;
        private readonly RandomMaskedBatch _ids;

        public Whole(Work work, BiGSConfig config, ISsmRoute route, Precision precision, int batch, int length, Device device)
        {
            _work = work;
            _model = new BiGSForMaskedLM(config, route);
            _model.Initialize(1);
            _model.to(device);
            _model.ComputeIn(precision);
            _parameters = [.. _model.parameters()];
            _ids = new RandomMaskedBatch(batch, length, device);
            if (work == Work.Step)
            {
                _optimizer = new FusedAdamW(ParameterGroup.Create(_model, 0.05, 0, 1), 0.9, 0.98, 1e-6);
            }
            else
            {
                _model.Freeze();
            }
        }

        public override void Run()
        {
            using var scope = NewDisposeScope();
            if (_work == Work.Inference)
            {
                using var forwardOnly = inference_mode();
                _model.Bigs.Encode(new ModelInput(_ids.Input));
                return;
            }

            foreach (Parameter parameter in _parameters)
            {
                parameter.grad?.zero_();
            }

            Tensor logits = _model.LogitsAt(new ModelInput(_ids.Input), _ids.Positions);
            nn.functional.cross_entropy(logits, _ids.Words).backward();
            _optimizer!.Step(1e-4);
        }

        public override void Dispose()
        {
            _optimizer?.Dispose();
            _model.Dispose();
            _ids.Dispose();
        }
    }

    /// <summary>All positions go through the head, and the optimiser is TorchSharp's, one tensor after the other.</summary>
    private sealed class AuthorsWhole : BenchmarkSubject
    {
        private readonly Work _work;
        private readonly ReferenceModel _model;
        private readonly optim.Optimizer _optimizer;
        private readonly RandomMaskedBatch _ids;

        public AuthorsWhole(Work work, int batch, int length, int width, Device device)
        {
            _work = work;
            _model = new ReferenceModel(width, StateSize, Layers, Words, length).to(device);
            _optimizer = optim.AdamW(_model.parameters(), 1e-4, 0.9, 0.98, 1e-6, 0.05);
            _ids = new RandomMaskedBatch(batch, length, device);
        }

        public override void Run()
        {
            using var scope = NewDisposeScope();
            if (_work == Work.Inference)
            {
                using var forwardOnly = inference_mode();
                _model.Encode(_ids.Input);
                return;
            }

            _optimizer.zero_grad();
            nn.functional.cross_entropy(_model.forward(_ids.Input).view(-1, Words), _ids.Labels.view(-1), ignore_index: HeadedModel.IgnoredLabel).backward();
            _optimizer.step();
        }

        public override void Dispose()
        {
            _optimizer.Dispose();
            _model.Dispose();
            _ids.Dispose();
        }
    }
}
