using System.CommandLine;
using System.Text;
using BiGS.Cli.Output;
using BiGS.Training;
using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Cli.Options;

/// <summary>Who trains together: found out from whoever started the process, or said.</summary>
internal sealed class RanksOptions
{
    private const string Mpi = "mpi";
    private const string Nccl = "nccl";

    private readonly Option<string> _distributed = OptionFactory.Choice(
        "--distributed",
        "how processes that train together speak (auto: by NCCL where each has a GPU, else by MPI; they are started by mpirun, srun or torchrun)",
        "auto", "none", Mpi, Nccl);

    private readonly Option<bool> _shard = OptionFactory.Flag("--shard-optimizer", "several processes: each keeps its part of the optimiser's moments only");

    public IEnumerable<Option> All => [_distributed, _shard];

    /// <summary>Those of who only sends messages.</summary>
    public IEnumerable<Option> OfMessages => [_distributed];

    /// <summary>How the moments are kept is this start's own matter, and may be another when the run goes on.</summary>
    public TrainingOptions Applied(ParseResult parse, TrainingOptions training) => training with { ShardOptimizer = parse.GetValue(_shard) };

    /// <summary>This process's place among those that were started with it.</summary>
    public LaunchContext Place(ParseResult parse) => parse.GetValue(_distributed) == "none" ? LaunchContext.Single : LaunchContext.Detect();

    /// <summary>
    /// Trains alone or with others: rank 0 settles what is done and where, the others learn of it, and all part when it is over.
    /// </summary>
    /// <typeparam name="TRun">The options of a run, as its folder keeps them.</typeparam>
    /// <param name="parse">The command line.</param>
    /// <param name="terminal">Told when a rank is gone.</param>
    /// <param name="folder">Of the run, as rank 0 names it.</param>
    /// <param name="settle">Rank 0's own: what is done.</param>
    /// <param name="place">The run on these ranks, and the device it computes on.</param>
    /// <param name="train">Trains in the folder; false where it was stopped before its end.</param>
    /// <returns>The exit code.</returns>
    public int Train<TRun>(
        ParseResult parse, Terminal terminal, string folder, Func<TRun> settle, Func<TRun, (TRun Run, string Device)> place, Func<TRun, string, ICommunicator, bool> train)
        where TRun : class
    {
        LaunchContext here = Place(parse);
        TRun? run = here.Rank > 0 ? null : settle();
        terminal.MessagePrefix = here.Rank > 0 ? $"rank {here.Rank}" : null;
        ICommunicator ranks = Join(
            parse,
            here,
            terminal,
            () => $"the last checkpoint stands in {folder}; go on with --resume --out {folder}, on as many processes as there are then.",
            all =>
            {
                folder = Encoding.UTF8.GetString(all.BroadcastBytes(Encoding.UTF8.GetBytes(folder)));
                (run, string device) = place(all.BroadcastOptions(run));
                return device;
            });
        bool finished = train(run!, folder, ranks);

        // Only now: a rank that failed is missed when its process ends, and by then it has said why. And a launcher that was told to stop
        // gives its processes a moment only, so what is to be said comes before they wait for each other.
        ranks.Complete();
        ranks.Dispose();
        return finished ? 0 : terminal.InterruptedCode;
    }

    /// <summary>Joins the others.</summary>
    /// <param name="parse">What was said.</param>
    /// <param name="place">Of this process.</param>
    /// <param name="terminal">Told when a rank is gone; the process ends with that.</param>
    /// <param name="remedy">What to do then.</param>
    /// <param name="settle">Learns of rank 0 what is to be done, and says on which device: that decides how tensors travel.</param>
    public ICommunicator Join(ParseResult parse, LaunchContext place, Terminal terminal, Func<string> remedy, Func<IProcessGroup, string> settle)
    {
        string how = parse.GetValue(_distributed)!;
        IProcessGroup ranks = Met(how, place);
        ranks.RankLost = rank =>
        {
            // One rank speaks for all.
            if (ranks.Rank == (rank == 0 ? 1 : 0))
            {
                terminal.Fail($"{new RankLostException(rank).Message}; {remedy()}");
            }

            // At once: nothing that is under way can be brought to an end without the others, and what was saved is whole.
            ProcessExit.AtOnce(ProcessExit.Failed);
        };
        return Speaking(how, place, ranks, settle(ranks));
    }

    private static IProcessGroup Met(string how, LaunchContext place) =>
        place.WorldSize == 1 && how != Mpi ? new SingleProcess()
        : place.Launcher == Launcher.Torchrun && how != Mpi ? new TcpProcessGroup(place)
        : new MpiCommunicator(place);

    /// <summary>NCCL where every rank has it and a GPU; else what the processes met by, where that carries tensors.</summary>
    private static ICommunicator Speaking(string how, LaunchContext place, IProcessGroup ranks, string device)
    {
        if (ranks is ICommunicator met && (how == Mpi || (how != Nccl && ranks.WorldSize == 1)))
        {
            return met;
        }

        string[] hindrances = [.. ranks.AllGatherBytes(Encoding.UTF8.GetBytes(Hindrance(device))).Select(Encoding.UTF8.GetString)];
        int hindered = Array.FindIndex(hindrances, hindrance => hindrance.Length > 0);
        if (hindered < 0)
        {
            return ranks is SingleProcess alone ? alone : new NcclCommunicator(ranks, ranks.SelectGpu(cuda.device_count()));
        }

        if (how != Nccl && ranks is ICommunicator others)
        {
            return others;
        }

        ranks.Complete(); // each says the same, and nobody needs to be missed
        throw new PlatformNotSupportedException(
            $"rank {hindered} cannot speak by NCCL: {hindrances[hindered]}"
            + (place.Launcher == Launcher.Torchrun ? $" Without NCCL, start the processes by MPI: mpirun -n {place.WorldSize} bigs …" : " --distributed mpi does without NCCL."));
    }

    /// <summary>What keeps this process from speaking by NCCL; nothing where nothing does.</summary>
    private static string Hindrance(string device) =>
        device == "cpu" ? "NCCL reaches GPUs only, and the run computes on the processor (--device cpu)."
        : !cuda.is_available() ? "NCCL reaches GPUs only, and libtorch finds none here; bigs doctor says why (BIGS_LIBTORCH names a libtorch that is built for GPUs)."
        : NcclCommunicator.IsAvailable(out string remedy) ? string.Empty
        : remedy;
}
