using BenchmarkDotNet.Running;
using BiGS.Benchmarks;

// dotnet run --project bench/BiGS.Benchmarks --configuration Release -- --filter '*Route*'
BenchmarkSwitcher.FromAssembly(typeof(RouteBenchmarks).Assembly).Run(args);
