using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>The options of one run as its method reads them: the value in force, else the paper's default.</summary>
/// <param name="descriptor">The method's description.</param>
/// <param name="values">Values in force by name, as <see cref="RunValidation.Resolve"/> gives them; null for the defaults.</param>
public sealed class MethodOptions(MethodDescriptor descriptor, IReadOnlyDictionary<string, object>? values = null)
{
    /// <summary>A whole number.</summary>
    public int Whole(string name) => (int)(long)Value(name);

    /// <summary>A real number.</summary>
    public double Number(string name) => (double)Value(name);

    /// <summary>True or false.</summary>
    public bool Flag(string name) => (bool)Value(name);

    /// <summary>One of the option's choices.</summary>
    public string Choice(string name) => (string)Value(name);

    private object Value(string name) =>
        values is not null && values.TryGetValue(name, out var value)
            ? value
            : descriptor.Options.FirstOrDefault(o => o.Name == name)?.Default
                ?? throw new EngineException($"{descriptor.Name} has no option '{name}'.");
}
