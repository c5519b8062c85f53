using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training.Distributed;

/// <summary>
/// The gradients of a model in a few flat tensors, which the ranks add up while the backward pass still runs. A parameter's gradient is a view
/// of its bucket, so nothing is copied; buckets are filled in the order in which the backward pass makes gradients whole, so the first is on its
/// way when most of the work is still to be done (Li et al. 2020, “PyTorch Distributed”).
/// </summary>
internal sealed class GradientBuckets : IOptimizerShards, IDisposable
{
    /// <summary>About so many buckets: enough to begin early, few enough for each message to be a long one.</summary>
    private const int About = 8;

    private const long Least = 1 << 18;
    private const long Most = 1 << 23;

    private readonly ICommunicator _ranks;
    private readonly bool _sharded;
    private readonly List<Bucket> _buckets = [];
    private readonly Dictionary<string, (Bucket Bucket, Slice Slice)> _places = [];
    private readonly List<IWork> _work = [];
    private int _begun;
    private bool _attached;

    /// <param name="stages">The parameters in the order in which their gradients become whole, those of a stage together.</param>
    /// <param name="ranks">Who adds up.</param>
    /// <param name="sharded">Every rank needs its own part of each bucket only, and makes that part of the new weights.</param>
    public GradientBuckets(IReadOnlyList<IReadOnlyList<(string Name, Parameter Parameter)>> stages, ICommunicator ranks, bool sharded)
    {
        (_ranks, _sharded) = (ranks, sharded);
        long size = Math.Clamp(stages.Sum(stage => stage.Sum(p => p.Parameter.numel())) / About, Least, Most);
        var together = new List<Slice>();
        for (int stage = 0; stage < stages.Count; stage++)
        {
            foreach ((string name, Parameter parameter) in stages[stage])
            {
                together.Add(new Slice(name, parameter, together.Count == 0 ? 0 : together[^1].End));
                if (together[^1].End >= size)
                {
                    Close(stage);
                }
            }
        }

        if (together.Count > 0)
        {
            Close(stages.Count - 1);
        }

        void Close(int stage)
        {
            var bucket = new Bucket([.. together], stage);
            together.ForEach(slice => _places[slice.Name] = (bucket, slice));
            _buckets.Add(bucket);
            together.Clear();
        }
    }

    /// <summary>How many messages a step costs.</summary>
    public int Count => _buckets.Count;

    /// <summary>The elements of a parameter that are this rank's own, where each keeps its part of the optimiser's state; all of them where not.</summary>
    public (long Start, long Length) Own(string name)
    {
        (Bucket bucket, Slice slice) = _places[name];
        if (!_sharded)
        {
            return (0, slice.Length);
        }

        (long partStart, long partLength) = _ranks.Part(bucket.Length, _ranks.Rank);
        long from = Math.Clamp(partStart - slice.Start, 0, slice.Length);
        return (from, Math.Clamp(partStart + partLength - slice.Start, 0, slice.Length) - from);
    }

    /// <summary>Sets the gradients to zero.</summary>
    public void Clear() => _buckets.ForEach(bucket => bucket.Gradient?.zero_());

    /// <summary>Begins to add up all buckets whose gradients are whole. Called from within the backward pass.</summary>
    /// <param name="stage">The last stage of which they are.</param>
    public void BeginUpTo(int stage)
    {
        // Which parameters get a gradient at all shows in the first backward pass; until then there are no buckets to send.
        for (; _attached && _begun < _buckets.Count && _buckets[_begun].Stage <= stage; _begun++)
        {
            Tensor gradient = _buckets[_begun].Gradient!;
            _work.Add(_sharded ? _ranks.ReduceScatter(gradient) : _ranks.AllReduce(gradient));
        }
    }

    /// <summary>Begins what has not been begun, and returns when all gradients are sums.</summary>
    public void Complete()
    {
        if (!_attached)
        {
            _buckets.ForEach(bucket => bucket.Attach());
            _attached = true;
        }

        BeginUpTo(int.MaxValue);
        _work.ForEach(work => work.Wait());
        _work.Clear();
        _begun = 0;
    }

    /// <summary>Gives every rank the weights that the others have stepped.</summary>
    public void AllGatherWeights()
    {
        if (!_sharded)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Tensor[] weights = [.. _buckets.Select(bucket => cat([.. bucket.Slices.Select(slice => slice.Parameter.view(-1))]))];
        IWork[] work = [.. weights.Select(_ranks.AllGather)];
        for (int i = 0; i < weights.Length; i++)
        {
            work[i].Wait();
            foreach (Slice slice in _buckets[i].Slices)
            {
                slice.Parameter.copy_(slice.Of(weights[i]));
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> GatherFull(IReadOnlyCollection<string> names, Func<string, Tensor> own)
    {
        using var scope = NewDisposeScope();
        var asked = names.ToHashSet();
        var whole = new Dictionary<string, Tensor>();
        foreach (Bucket bucket in _buckets.Where(bucket => bucket.Slices.Any(slice => asked.Contains(slice.Name))))
        {
            Tensor flat = zeros(bucket.Length, bucket.Type, bucket.Device);
            foreach (Slice slice in bucket.Slices.Where(slice => asked.Contains(slice.Name)))
            {
                (long from, long length) = Own(slice.Name);
                flat.narrow(0, slice.Start + from, length).copy_(own(slice.Name));
                whole[slice.Name] = slice.Of(flat).MoveToOuterDisposeScope();
            }

            _ranks.AllGather(flat).Wait();
        }

        return whole;
    }

    public void Dispose() => _buckets.ForEach(bucket => bucket.Gradient?.Dispose());

    /// <summary>A parameter's place in its bucket.</summary>
    private sealed record Slice(string Name, Parameter Parameter, long Start)
    {
        public long Length { get; } = Parameter.numel();

        public long End => Start + Length;

        /// <summary>Its elements of a tensor that is laid out like the bucket, in the parameter's shape.</summary>
        public Tensor Of(Tensor flat) => flat.narrow(0, Start, Length).view(Parameter.shape);
    }

    /// <param name="Slices">One after the other.</param>
    /// <param name="Stage">When the last of their gradients is whole.</param>
    private sealed record Bucket(IReadOnlyList<Slice> Slices, int Stage)
    {
        public ScalarType Type => Slices[0].Parameter.dtype;

        public Device Device => Slices[0].Parameter.device;

        public long Length => Slices[^1].End;

        /// <summary>(n); null before the first backward pass.</summary>
        public Tensor? Gradient { get; private set; }

        /// <summary>Moves the gradients that there are into the bucket. A parameter without one has none on any rank, and stays without.</summary>
        public void Attach()
        {
            using var scope = NewDisposeScope();
            Gradient = zeros(Length, Type, Device).DetachFromDisposeScope();
            foreach (Slice slice in Slices)
            {
                if (slice.Parameter.grad is { } gradient)
                {
                    Tensor place = slice.Of(Gradient);
                    place.copy_(gradient);
                    slice.Parameter.grad = place;
                }
            }
        }
    }
}
