using BiGS.Configuration;
using BiGS.StateSpace;
using Microsoft.ML.OnnxRuntime;

namespace BiGS.Onnx;

/// <summary>
/// A model computed by ONNX Runtime, without libtorch: an ONNX file that <see cref="OnnxGraphFile"/> wrote, or any checkpoint, whose graphs are built from
/// its weights. Encoder and head are a session each, loaded when they are first needed. Several threads may use one.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private const string States = ModelOutputs.LastHiddenState;

    /// <summary>Positions of a batch from which on the memory that it took is given back behind it, and not kept for the next one.</summary>
    private const long LargeBatch = 1_024;

    private readonly string _name;
    private readonly OnnxGraphs _graphs;
    private readonly int? _threads;
    private readonly Lazy<InferenceSession> _encoder;
    private readonly Lazy<InferenceSession> _head;
    private readonly RunOptions _keepingMemory = new();
    private readonly RunOptions _returningMemory = new();

    private OnnxModel(string name, OnnxGraphs graphs, int? threads)
    {
        _name = name;
        _graphs = graphs;
        _threads = threads;
        _encoder = new Lazy<InferenceSession>(() => Load(graphs.LoadEncoder));
        _head = new Lazy<InferenceSession>(() => Load(graphs.LoadHead));
        _returningMemory.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    /// <summary>The configuration that it was written with.</summary>
    public ConfigFile File => _graphs.File;

    /// <summary>Whether the weights of the head that the configuration names are there.</summary>
    public bool HasTrainedHead => _graphs.HasTrainedHead;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _graphs.Warnings;

    /// <summary>Whether large matrices are in eight bits, as far as its graphs say.</summary>
    public bool IsInt8 => _graphs.IsInt8;

    /// <summary>What it computes.</summary>
    public IReadOnlyList<string> Outputs => [States, .. _graphs.HasHead ? _head.Value.OutputNames : []];

    /// <summary>Opens a checkpoint, an ONNX file, or a folder with one.</summary>
    /// <param name="folderOrFile">Where it is; of a folder that holds both, the weights count.</param>
    /// <param name="threads">That compute one batch; null for as many as cores.</param>
    /// <param name="int8">Whether a checkpoint's large matrices are rounded to eight bits; a file's are as it has them.</param>
    /// <param name="cache">Keeps the graphs of checkpoints; null for the user's.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">The file is not ONNX or was not written by this program, or config and weights do not fit each other.</exception>
    public static OnnxModel Open(string folderOrFile, int? threads = null, bool int8 = false, GraphCache? cache = null) =>
        new(folderOrFile, OnnxGraphs.Open(folderOrFile, cache ?? GraphCache.OfUser, int8), threads);

    /// <summary>Computes what is asked for; the head only where one of its outputs is.</summary>
    /// <param name="shape">Of every input: (b, l); (b, choices, l) for multiple choice.</param>
    /// <param name="inputIds">Row by row.</param>
    /// <param name="attentionMask">1 = text, 0 = padding.</param>
    /// <param name="tokenTypeIds">0 = first text, 1 = second.</param>
    /// <param name="outputs">Names of what is asked for.</param>
    /// <returns>For each name its numbers and their dimensions.</returns>
    /// <exception cref="ArgumentException">It computes no such output.</exception>
    public IReadOnlyList<(float[] Values, long[] Shape)> Run(
        long[] shape, long[] inputIds, long[] attentionMask, long[] tokenTypeIds, IReadOnlyCollection<string> outputs)
    {
        string[] ofHead = [.. outputs.Where(name => name != States)];
        if (ofHead.FirstOrDefault(name => !Outputs.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"the model computes {string.Join(", ", Outputs)}, and no {unknown}.");
        }

        RunOptions run = inputIds.Length < LargeBatch ? _keepingMemory : _returningMemory;
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(inputIds, shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(attentionMask, shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(tokenTypeIds, shape);
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = ids, ["attention_mask"] = mask, ["token_type_ids"] = types };
        using IDisposableReadOnlyCollection<OrtValue> states = Run(run, _encoder.Value, inputs, [States]);
        var all = new Dictionary<string, (float[], long[])>();
        if (ofHead.Length > 0)
        {
            inputs[States] = states[0];
            using IDisposableReadOnlyCollection<OrtValue> answers = Run(run, _head.Value, inputs, ofHead);
            foreach ((string name, OrtValue answer) in ofHead.Zip(answers))
            {
                all[name] = Copy(answer);
            }
        }

        return [.. outputs.Select(name => name == States ? Copy(states[0]) : all[name])];
    }

    /// <summary>A masked language model's scores of words at some places only.</summary>
    /// <param name="states">Hidden states at these places: (p, d).</param>
    /// <returns>(1, p, v).</returns>
    /// <exception cref="ArgumentException">It computes none.</exception>
    public (float[] Values, long[] Shape) Logits(float[] states)
    {
        int d = File.Config.HiddenSize;
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(states, [1, states.Length / d, d]);
        using IDisposableReadOnlyCollection<OrtValue> logits = Run(
            _returningMemory, _head.Value, new Dictionary<string, OrtValue> { [States] = value }, [ModelOutputs.Logits]);
        return Copy(logits[0]);
    }

    /// <summary>What each state-space kernel does to an impulse, layer by layer, forward before backward; none where attention routes, or where the model was exported.</summary>
    /// <param name="length">For how many positions.</param>
    public IEnumerable<(int Layer, Direction Direction, int Head, double[] Values)> Kernels(int length) => _graphs.Kernels(length);

    public void Dispose()
    {
        foreach (Lazy<InferenceSession> session in ((Lazy<InferenceSession>[])[_encoder, _head]).Where(session => session.IsValueCreated))
        {
            session.Value.Dispose();
        }

        _keepingMemory.Dispose();
        _returningMemory.Dispose();
        _graphs.Dispose();
    }

    private static IDisposableReadOnlyCollection<OrtValue> Run(RunOptions run, InferenceSession session, Dictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputs)
    {
        string[] names = [.. session.InputNames];
        return session.Run(run, names, [.. names.Select(name => inputs[name])], outputs);
    }

    private static (float[] Values, long[] Shape) Copy(OrtValue value) => (value.GetTensorDataAsSpan<float>().ToArray(), value.GetTensorTypeAndShape().Shape);

    private InferenceSession Load(Func<SessionOptions, InferenceSession> load)
    {
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = _threads ?? 0, EnableMemoryPattern = false }; // patterns would be kept for each length by itself
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // a thread that waits leaves its core to others
            return load(options);
        }
        catch (OnnxRuntimeException broken)
        {
            throw new InvalidDataException($"{_name}: ONNX Runtime does not open it: {broken.Message}", broken);
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new InvalidOperationException(
                "ONNX Runtime's own library is not there; reference the package Microsoft.ML.OnnxRuntime in the program (the library brings the managed half only).", missing);
        }
    }
}
