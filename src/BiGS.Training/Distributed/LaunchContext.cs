using System.Globalization;

namespace BiGS.Training.Distributed;

/// <summary>What started the processes of a run, as far as their environment tells.</summary>
public enum Launcher
{
    /// <summary>Somebody started this process alone.</summary>
    None,

    /// <summary>Open MPI's mpirun, or Slurm's srun with PMIx.</summary>
    OpenMpi,

    /// <summary>MPICH's mpiexec, Intel's, or srun with PMI.</summary>
    Mpich,

    /// <summary>torchrun, or whatever sets its variables.</summary>
    Torchrun,
}

/// <summary>A process's place among those that were started with it, before they have spoken to each other.</summary>
/// <param name="Launcher">Who started them.</param>
/// <param name="Rank">r.</param>
/// <param name="WorldSize">W.</param>
/// <param name="LocalRank">The rank among those on the same machine: which of its GPUs to take.</param>
public sealed record LaunchContext(Launcher Launcher, int Rank, int WorldSize, int LocalRank)
{
    /// <summary>A process of its own.</summary>
    public static readonly LaunchContext Single = new(Launcher.None, 0, 1, 0);

    /// <summary>Each starter's variables: who it is, rank, world size, local rank.</summary>
    private static readonly (Launcher Starter, string Rank, string WorldSize, string LocalRank)[] Variables =
    [
        (Launcher.OpenMpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
        (Launcher.Mpich, "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
        (Launcher.OpenMpi, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"),
        (Launcher.Torchrun, "RANK", "WORLD_SIZE", "LOCAL_RANK"),
    ];

    /// <summary>Reads the environment of this process.</summary>
    public static LaunchContext Detect() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <param name="variable">Gives the value of a variable of the environment.</param>
    public static LaunchContext FromEnvironment(Func<string, string?> variable)
    {
        int? Number(string name) => int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
        foreach ((Launcher starter, string rank, string worldSize, string localRank) in Variables)
        {
            if (Number(rank) is { } r && Number(worldSize) is { } w && r < w && w > 1)
            {
                return new LaunchContext(starter, r, w, Number(localRank) ?? r);
            }
        }

        return Single;
    }
}
