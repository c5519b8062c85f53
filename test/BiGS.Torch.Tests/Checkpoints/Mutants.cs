using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>Damaged copies of a weights file: each is read or refused in one clear line, soon, and for memory in proportion to the file.</summary>
internal static class Mutants
{
    private const string Seed = "0000KOIPe012";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private static bool Slow => Environment.GetEnvironmentVariable("BIGS_SLOW") == "1";

    public static void AreReadOrRefused(string path, byte[] whole)
    {
        // The first reading pays for what the program prepares once.
        Read(path, whole);
        Gen<byte> edge = Gen.OneOf(Gen.Const<byte>(0), Gen.Const<byte>(1), Gen.Const<byte>(0x7f), Gen.Const<byte>(0x80), Gen.Const<byte>(0xff));
        Gen<(int, byte)> change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.OneOf(Gen.Byte, edge));
        Gen.Select(change.Array[1, 4], Gen.Int[0, whole.Length], Gen.Int[0, 3]).Sample(
            (changes, cut, kind) =>
            {
                byte[] mutant = [.. whole];
                foreach ((int at, byte value) in changes)
                {
                    mutant[at] = value;
                }

                byte[] damaged = kind switch
                {
                    0 => mutant[..cut],
                    1 => [.. whole[..cut], .. mutant[(cut / 2)..]], // a stretch that is there twice
                    _ => mutant,
                };
                (TimeSpan time, long bytes) = Read(path, damaged);
                Assert.InRange(time, TimeSpan.Zero, Longest);
                Assert.InRange(bytes, 0, (1 << 20) + (4L * damaged.Length));
            },
            iter: Slow ? 100_000 : 300, threads: 1, seed: Slow ? null : Seed);
    }

    private static (TimeSpan Time, long Bytes) Read(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            using var scope = NewDisposeScope();
            using IWeightsFile file = WeightsLocation.OpenFile(path);
            foreach (string name in file.Names)
            {
                using Tensor tensor = file.Read(name);
                Assert.Equal(file.Shape(name), tensor.shape);
                Assert.InRange(tensor.numel() * tensor.element_size(), 0, 4L * bytes.Length);
            }
        }
        catch (InvalidDataException refused)
        {
            Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        }
        catch (FileNotFoundException missing) when (path.EndsWith(".index.json", StringComparison.Ordinal))
        {
            // An index may name a file that is not there.
            Assert.Contains(Path.GetDirectoryName(path)!, missing.Message, StringComparison.Ordinal);
        }

        return (watch.Elapsed, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
