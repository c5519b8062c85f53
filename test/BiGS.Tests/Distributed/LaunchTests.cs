using BiGS.Distributed;

namespace BiGS.Tests.Distributed;

public class LaunchTests
{
    [Theory]
    [InlineData("", Starter.None, 0, 1, 0)]
    [InlineData("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1", Starter.OpenMpi, 3, 4, 1)]
    [InlineData("SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=8 SLURM_LOCALID=1", Starter.OpenMpi, 5, 8, 1)]
    [InlineData("PMI_RANK=1 PMI_SIZE=2", Starter.Mpich, 1, 2, 1)]
    [InlineData("RANK=0 WORLD_SIZE=2 LOCAL_RANK=0", Starter.Torchrun, 0, 2, 0)]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", Starter.None, 0, 1, 0)] // mpirun -n 1
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=8", Starter.None, 0, 1, 0)] // in a batch script, before srun
    [InlineData("RANK=7 WORLD_SIZE=2", Starter.None, 0, 1, 0)] // no place among two
    [InlineData("RANK=one WORLD_SIZE=2", Starter.None, 0, 1, 0)]
    public void TheEnvironmentTellsTheRank(string environment, Starter starter, int rank, int worldSize, int localRank)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(new Launch(starter, rank, worldSize, localRank), Launch.Of(variables.GetValueOrDefault));
    }
}
