using BiGS.Training.Distributed;

namespace BiGS.Training.Tests.Distributed;

public class LaunchContextTests
{
    [Theory]
    [InlineData("", Launcher.None, 0, 1, 0)]
    [InlineData("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1", Launcher.OpenMpi, 3, 4, 1)]
    [InlineData("SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=8 SLURM_LOCALID=1", Launcher.OpenMpi, 5, 8, 1)]
    [InlineData("PMI_RANK=1 PMI_SIZE=2", Launcher.Mpich, 1, 2, 1)]
    [InlineData("RANK=0 WORLD_SIZE=2 LOCAL_RANK=0", Launcher.Torchrun, 0, 2, 0)]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", Launcher.None, 0, 1, 0)] // mpirun -n 1
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=8", Launcher.None, 0, 1, 0)] // in a batch script, before srun
    [InlineData("RANK=7 WORLD_SIZE=2", Launcher.None, 0, 1, 0)] // no place among two
    [InlineData("RANK=one WORLD_SIZE=2", Launcher.None, 0, 1, 0)]
    public void TheEnvironmentTellsTheRank(string environment, Launcher starter, int rank, int worldSize, int localRank)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(new LaunchContext(starter, rank, worldSize, localRank), LaunchContext.FromEnvironment(variables.GetValueOrDefault));
    }
}
