#:package Microsoft.CodeAnalysis.CSharp@5.12.0
#:property ManagePackageVersionsCentrally=false
#:property RestorePackagesWithLockFile=false
#:property GenerateDocumentationFile=false
#:property RunAnalyzers=false

// How many files one reads to follow a request through the code.
//
//   dotnet run build/trace.cs [REPOSITORY] [TRACES]
//
// A trace (build/traces.txt) is an entry method and the methods where something happens to the data on its way. For each of these the shortest chain
// of calls from the entry is found, shortest in files that are not on the trace yet; the trace's files are those of all its chains. Calls through an interface or a virtual
// member lead to every implementation. Product code only (src/); build the repository first: references are taken from the build's output.

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

string repository = Path.GetFullPath(args.Length > 0 ? args[0] : ".");
string traces = args.Length > 1 ? args[1] : Path.Combine(repository, "build", "traces.txt");

bool IsBuilt(string file) => file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
var options = new CSharpParseOptions(LanguageVersion.Preview);
SyntaxTree[] trees =
[
    .. Directory.EnumerateFiles(Path.Combine(repository, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !IsBuilt(Path.GetRelativePath(repository, file))).Order(StringComparer.Ordinal)
        .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file)),
    CSharpSyntaxTree.ParseText(
        "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; global using System.Net.Http;"
        + " global using System.Threading; global using System.Threading.Tasks;", options),
];
string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
string web = Directory.GetDirectories(Path.Combine(runtime, "..", "..", "Microsoft.AspNetCore.App")).Order(StringComparer.Ordinal).Last();
string[] references =
[
    .. new[] { runtime, web }.Concat(Directory.EnumerateDirectories(Path.Combine(repository, "src"), "net10.0", SearchOption.AllDirectories)
            .SelectMany(folder => Directory.GetDirectories(folder).Append(folder)))
        .Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"))
        .Where(file => !Path.GetFileName(file).StartsWith("BiGS", StringComparison.Ordinal) && IsManaged(file))
        .DistinctBy(Path.GetFileName),
];
CSharpCompilation code = CSharpCompilation.Create("traced", trees, references.Select(file => MetadataReference.CreateFromFile(file)),
    new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));

// Who calls whom.
var calls = new Dictionary<ISymbol, HashSet<ISymbol>>(SymbolEqualityComparer.Default);
HashSet<ISymbol> CallsOf(ISymbol member) => calls.TryGetValue(member, out HashSet<ISymbol>? known) ? known : calls[member] = new(SymbolEqualityComparer.Default);
foreach (SyntaxTree tree in trees)
{
    SemanticModel model = code.GetSemanticModel(tree);
    foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
    {
        if (Callee(model.GetSymbolInfo(name)) is { } called && Caller(model, name) is { } caller)
        {
            CallsOf(caller).Add(called);
        }
    }

    foreach (BaseObjectCreationExpressionSyntax created in tree.GetRoot().DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>())
    {
        if (Callee(model.GetSymbolInfo(created)) is { } called && Caller(model, created) is { } caller)
        {
            CallsOf(caller).Add(called);
        }
    }
}

// Interface and virtual members lead to what implements them; what an object stores, to the constructor that put it there.
foreach (INamedTypeSymbol type in AllTypes(code.Assembly.GlobalNamespace))
{
    foreach (ISymbol member in type.GetMembers())
    {
        ISymbol? overridden = member switch
        {
            IMethodSymbol method => method.OverriddenMethod,
            IPropertySymbol property => property.OverriddenProperty,
            _ => null,
        };
        if (overridden is not null)
        {
            CallsOf(overridden.OriginalDefinition).Add(member);
        }
    }

    foreach (ISymbol stored in type.GetMembers().Where(member => member is IFieldSymbol or IPropertySymbol && !member.IsImplicitlyDeclared))
    {
        CallsOf(stored).UnionWith(type.InstanceConstructors);
    }

    foreach (ISymbol declared in type.AllInterfaces.SelectMany(i => i.GetMembers()))
    {
        if (type.FindImplementationForInterfaceMember(declared) is { } implementation)
        {
            CallsOf(declared.OriginalDefinition).Add(implementation.OriginalDefinition);
        }
    }
}

int failed = 0;
(string Name, List<string> Methods)? trace = null;
foreach (string line in File.ReadLines(traces).Append("end"))
{
    if (line.StartsWith('#') || line.Length == 0)
    {
        continue;
    }

    if (!line.StartsWith(' '))
    {
        if (trace is var (name, methods))
        {
            Report(name, methods);
        }

        trace = (line.TrimEnd(':'), []);
    }
    else
    {
        trace!.Value.Methods.Add(line.Trim());
    }
}

return failed;

void Report(string name, List<string> methods)
{
    var files = new List<string>();
    foreach (string target in methods.Skip(1))
    {
        IReadOnlyList<string>? chain = ShortestChain(methods[0], target, files);
        if (chain is null)
        {
            Console.Error.WriteLine($"{name}: no chain of calls leads from {methods[0]} to {target}");
            failed = 1;
            continue;
        }

        files.AddRange(chain.Where(file => !files.Contains(file)));
    }

    int lines = files.Sum(file => File.ReadLines(file).Count());
    Console.WriteLine($"{name}: {files.Count} files, {lines} lines");
    foreach (string file in files)
    {
        Console.WriteLine($"    {Path.GetRelativePath(repository, file)}");
    }
}

// Dijkstra with costs 0 (the same file, or one that is on the trace already) and 1 (another file).
IReadOnlyList<string>? ShortestChain(string from, string to, List<string> known)
{
    var before = new Dictionary<ISymbol, ISymbol?>(SymbolEqualityComparer.Default);
    var cost = new Dictionary<ISymbol, int>(SymbolEqualityComparer.Default);
    var open = new LinkedList<ISymbol>();
    foreach (ISymbol start in Named(from))
    {
        before[start] = null;
        cost[start] = 0;
        open.AddLast(start);
    }

    while (open.First is { } node)
    {
        open.RemoveFirst();
        ISymbol here = node.Value;
        if (IsNamed(here, to))
        {
            var chain = new List<string>();
            for (ISymbol? at = here; at is not null; at = before[at])
            {
                chain.Insert(0, FileOf(at)!);
            }

            return [.. chain.Distinct()];
        }

        foreach (ISymbol next in calls.TryGetValue(here, out HashSet<ISymbol>? called) ? called : [])
        {
            if (FileOf(next) is not { } file)
            {
                continue;
            }

            int step = file == FileOf(here) || known.Contains(file) ? 0 : 1;
            if (!cost.TryGetValue(next, out int best) || cost[here] + step < best)
            {
                cost[next] = cost[here] + step;
                before[next] = here;
                _ = step == 0 ? open.AddFirst(next) : open.AddLast(next);
            }
        }
    }

    return null;
}

IEnumerable<ISymbol> Named(string name) => AllTypes(code.Assembly.GlobalNamespace).SelectMany(type => type.GetMembers()).Where(member => IsNamed(member, name));

static bool IsNamed(ISymbol member, string name) => member.ContainingType is { } type && $"{type.Name}.{member.Name}" == name;

static string? FileOf(ISymbol symbol) => symbol.Locations.FirstOrDefault(location => location.IsInSource)?.SourceTree?.FilePath is { Length: > 0 } file ? file : null;

static ISymbol? Callee(SymbolInfo info)
{
    ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
    symbol = symbol is IMethodSymbol { ReducedFrom: { } whole } ? whole : symbol;
    return symbol?.OriginalDefinition is IMethodSymbol or IPropertySymbol or IFieldSymbol ? symbol.OriginalDefinition : null;
}

static ISymbol? Caller(SemanticModel model, SyntaxNode node)
{
    MemberDeclarationSyntax? member = node.Ancestors().OfType<MemberDeclarationSyntax>().FirstOrDefault();
    return member switch
    {
        FieldDeclarationSyntax field => model.GetDeclaredSymbol(field.Declaration.Variables[0]),
        TypeDeclarationSyntax type => model.GetDeclaredSymbol(type)?.InstanceConstructors.FirstOrDefault(),
        BaseNamespaceDeclarationSyntax or null => null,
        _ => model.GetDeclaredSymbol(member),
    };
}

static IEnumerable<INamedTypeSymbol> AllTypes(INamespaceOrTypeSymbol parent) => parent.GetMembers().OfType<INamespaceOrTypeSymbol>()
    .SelectMany(child => child is INamedTypeSymbol type ? AllTypes(type).Prepend(type) : AllTypes(child));

static bool IsManaged(string file)
{
    try
    {
        System.Reflection.AssemblyName.GetAssemblyName(file);
        return true;
    }
    catch (BadImageFormatException)
    {
        return false;
    }
}
