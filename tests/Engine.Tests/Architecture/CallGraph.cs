using Mono.Cecil;

namespace CllClip.Engine.Tests.Architecture;

/// <summary>Which method of an assembly calls which.</summary>
internal static class CallGraph
{
    /// <summary>All calls in the bodies of its methods.</summary>
    public static List<(MethodDefinition Caller, MethodReference Called)> Calls(AssemblyDefinition assembly) =>
        [
            .. from type in Nested(assembly.MainModule.Types)
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            where instruction.Operand is MethodReference
            select (method, (MethodReference)instruction.Operand),
        ];

    /// <summary>Full names of the methods that call what is looked for, themselves or through another.</summary>
    public static HashSet<string> Reaching(AssemblyDefinition assembly, Func<MethodReference, bool> lookedFor)
    {
        var calls = Calls(assembly);
        var callers = calls.ToLookup(c => c.Called.FullName, c => c.Caller.FullName);
        var reaching = new HashSet<string>();
        var open = new Stack<string>(calls.Where(c => lookedFor(c.Called)).Select(c => c.Caller.FullName));
        while (open.TryPop(out var method))
        {
            if (reaching.Add(method))
            {
                foreach (var caller in callers[method])
                {
                    open.Push(caller);
                }
            }
        }
        return reaching;
    }

    private static IEnumerable<TypeDefinition> Nested(IEnumerable<TypeDefinition> types) =>
        types.SelectMany(t => Nested(t.NestedTypes).Append(t));
}
