using System.CommandLine;
using System.Runtime.InteropServices;
using BiGS.Cli.Console;
using BiGS.Distributed;
using BiGS.Training;

namespace BiGS.Cli.Commands;

/// <summary>Who trains together: found out from whoever started the process, or said.</summary>
internal sealed partial class RanksOptions
{
    private readonly Option<string> _distributed = Values.Choice(
        "--distributed", "how processes that train together speak (auto: by MPI under mpirun or srun)", "auto", "none", "mpi");

    private readonly Option<bool> _shard = Values.Flag("--shard-optimizer", "several processes: each keeps its part of the optimiser's moments only");

    public IEnumerable<Option> All => [_distributed, _shard];

    /// <summary>Those of who only sends messages.</summary>
    public IEnumerable<Option> OfMessages => [_distributed];

    /// <summary>How the moments are kept is this start's own matter, and may be another when the run goes on.</summary>
    public PretrainingOptions Applied(ParseResult parse, PretrainingOptions run) =>
        run with { Training = run.Training with { ShardOptimizer = parse.GetValue(_shard) } };

    /// <summary>This process's place among those that were started with it.</summary>
    public Launch Place(ParseResult parse) => parse.GetValue(_distributed) == "none" ? Launch.Alone : Launch.OfProcess();

    /// <summary>Joins the others.</summary>
    /// <param name="parse">What was said.</param>
    /// <param name="place">Of this process.</param>
    /// <param name="terminal">Told when a rank is gone; the process ends with that.</param>
    /// <param name="remedy">What to do then.</param>
    public ICommunicator Join(ParseResult parse, Launch place, Terminal terminal, Func<string> remedy)
    {
        if (place.WorldSize == 1 && parse.GetValue(_distributed) != "mpi")
        {
            return new OneProcess();
        }

        var ranks = new MpiCommunicator(place);
        ranks.Missed = rank =>
        {
            // One rank speaks for all.
            if (ranks.Rank == (rank == 0 ? 1 : 0))
            {
                terminal.Fail($"{new RankLostException(rank).Message}; {remedy()}");
            }

            // At once: nothing that is under way can be brought to an end without the others, and what was saved is whole.
            EndProcess(1);
        };
        return ranks;
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void EndProcess(int code);
}
