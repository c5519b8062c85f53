using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BiGS.Cli.Tests.Layout;

/// <summary>
/// Which namespaces use which, as the compiled assemblies say: base types, interfaces, fields, signatures, attributes, and every instruction of
/// every method. What the compiler removed (<c>using</c> directives, <c>nameof</c>, constants) does not count.
/// </summary>
internal static class NamespaceGraph
{
    /// <summary>Namespaces of an assembly, each with those of the same assembly that it uses, and one example of a use.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Of(string assemblyPath)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(assemblyPath);
        var graph = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var uses = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (TypeDefinition type in assembly.MainModule.GetTypes().Where(type => NamespaceOf(type).StartsWith("BiGS", StringComparison.Ordinal)))
        {
            Dictionary<string, string> used = uses.TryGetValue(NamespaceOf(type), out Dictionary<string, string>? known) ? known : uses[NamespaceOf(type)] = [];
            foreach (TypeReference other in UsedBy(type).SelectMany(Parts))
            {
                if (other.Scope == assembly.MainModule && NamespaceOf(other) != NamespaceOf(type) && NamespaceOf(other).StartsWith("BiGS", StringComparison.Ordinal))
                {
                    used.TryAdd(NamespaceOf(other), $"{type.Name} uses {other.Name}");
                }
            }
        }

        foreach ((string name, Dictionary<string, string> used) in uses)
        {
            graph[name] = used;
        }

        return graph;
    }

    /// <summary>A way from a namespace back to itself; null where there is none.</summary>
    public static IReadOnlyList<string>? FindCycle(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> graph)
    {
        var finished = new HashSet<string>();
        var path = new List<string>();
        IReadOnlyList<string>? Visit(string node)
        {
            int at = path.IndexOf(node);
            if (at >= 0)
            {
                return [.. path[at..], node];
            }

            if (!finished.Add(node))
            {
                return null;
            }

            path.Add(node);
            foreach (string next in graph.TryGetValue(node, out IReadOnlyDictionary<string, string>? used) ? used.Keys : [])
            {
                if (Visit(next) is { } cycle)
                {
                    return cycle;
                }
            }

            path.RemoveAt(path.Count - 1);
            return null;
        }

        return graph.Keys.Select(Visit).FirstOrDefault(cycle => cycle is not null);
    }

    private static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type.Namespace;
    }

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        if (type.BaseType is not null)
        {
            yield return type.BaseType;
        }

        foreach (TypeReference used in type.Interfaces.Select(i => i.InterfaceType)
            .Concat(type.Fields.Select(f => f.FieldType))
            .Concat(type.CustomAttributes.Select(a => a.AttributeType))
            .Concat(type.Methods.SelectMany(UsedBy)))
        {
            yield return used;
        }
    }

    private static IEnumerable<TypeReference> UsedBy(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            yield return parameter.ParameterType;
        }

        if (!method.HasBody)
        {
            yield break;
        }

        foreach (VariableDefinition local in method.Body.Variables)
        {
            yield return local.VariableType;
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is TypeReference type)
            {
                yield return type;
            }
            else if (instruction.Operand is MemberReference { DeclaringType: { } declaring } member)
            {
                yield return declaring;
                if (member is GenericInstanceMethod generic)
                {
                    foreach (TypeReference argument in generic.GenericArguments)
                    {
                        yield return argument;
                    }
                }
            }
        }
    }

    /// <summary>A type and the types that its generic arguments, elements and pointers are of.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type)
    {
        if (type is GenericInstanceType generic)
        {
            return generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType);
        }

        return type switch
        {
            GenericParameter => [],
            FunctionPointerType pointer => pointer.Parameters.Select(parameter => parameter.ParameterType).Append(pointer.ReturnType).SelectMany(Parts),
            TypeSpecification specification => Parts(specification.ElementType),
            _ => [type],
        };
    }
}
