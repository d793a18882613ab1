using System.Reflection;
using System.Text.Json;
using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>
/// All methods there are: every class of this assembly that derives from <see cref="ContinualMethod"/> and has a static <c>Descriptor</c>. The launch
/// form, the API, the command line and docs/methods.md are made from it, so a method is added by adding its file (docs/adding-a-method.md).
/// </summary>
public static class MethodCatalog
{
    /// <summary>Families in the order of the form; another comes after them.</summary>
    private static readonly string[] Families =
    [
        "Reference points",
        "Embedding",
        "Regularisation",
        "Replay",
        "Parameter-efficient",
        "Prompts",
    ];

    private static readonly IReadOnlyList<MethodEntry> Methods = In(typeof(MethodCatalog).Assembly);

    /// <summary>Descriptions of all methods, in the order of the form.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } = [.. Methods.Select(m => m.Descriptor)];

    /// <summary>The method with this id, or null.</summary>
    public static MethodDescriptor? Find(string id) => All.FirstOrDefault(m => string.Equals(m.Id, id, StringComparison.Ordinal));

    /// <summary>A fresh instance of a method for one run.</summary>
    /// <param name="id">The method.</param>
    /// <param name="options">Values in force, as <see cref="RunValidation.Resolve"/> gives them; null for the paper's.</param>
    /// <exception cref="EngineException">There is no such method.</exception>
    public static ContinualMethod Create(string id, IReadOnlyDictionary<string, object>? options = null) =>
        Methods.FirstOrDefault(m => string.Equals(m.Descriptor.Id, id, StringComparison.Ordinal)) is { } entry
            ? entry.Create(new MethodOptions(entry.Descriptor, options))
            : throw new EngineException($"Unknown method '{id}'. Choose one of: {string.Join(", ", All.Select(m => m.Id))}.");

    /// <summary>Options as a stage stores them, read again; what is unknown or out of range is left to its default.</summary>
    internal static Dictionary<string, object> ValuesOf(string id, IReadOnlyDictionary<string, JsonElement>? stored)
    {
        var options = Find(id)?.Options ?? [];
        return options
            .Where(o => stored?.ContainsKey(o.Name) == true)
            .Select(o => (o.Name, Value: RunValidation.Read(o, stored![o.Name], out _)))
            .Where(o => o.Value is not null)
            .ToDictionary(o => o.Name, o => o.Value!);
    }

    /// <summary>The methods of an assembly, by family and name.</summary>
    internal static IReadOnlyList<MethodEntry> In(Assembly assembly) =>
        [
            .. assembly
                .GetTypes()
                .Where(t => t.IsSubclassOf(typeof(ContinualMethod)) && !t.IsAbstract)
                .Select(t => (Type: t, Descriptor: t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)))
                .Where(m => m.Descriptor is MethodDescriptor)
                .Select(m => MethodEntry.Of(m.Type, (MethodDescriptor)m.Descriptor!))
                .OrderBy(m => Array.IndexOf(Families, m.Descriptor.Family) is >= 0 and var place ? place : Families.Length)
                .ThenBy(m => m.Descriptor.Name, StringComparer.Ordinal),
        ];
}

/// <summary>A method in the catalogue.</summary>
/// <param name="Descriptor">What it says of itself.</param>
/// <param name="Create">Makes a fresh one with the options of a run.</param>
internal sealed record MethodEntry(MethodDescriptor Descriptor, Func<MethodOptions, ContinualMethod> Create)
{
    /// <summary>The entry of a class: its public constructor takes nothing, or <see cref="MethodOptions"/> first and nothing else that is required.</summary>
    public static MethodEntry Of(Type type, MethodDescriptor descriptor)
    {
        var constructor =
            type.GetConstructors()
                .FirstOrDefault(c => c.GetParameters().Length == 0 || c.GetParameters()[0].ParameterType == typeof(MethodOptions))
            ?? throw new EngineException(
                $"The method {type.Name} has no public constructor that takes {nameof(MethodOptions)} or nothing."
            );
        ContinualMethod Create(MethodOptions options) =>
            (ContinualMethod)constructor.Invoke([.. constructor.GetParameters().Select((_, i) => i == 0 ? options : null)]);
        // What the method itself answers is not written down a second time.
        using var method = Create(new MethodOptions(descriptor));
        return new MethodEntry(descriptor with { Trains = method.Trains, AllLanguagesAtOnce = method.AllLanguagesAtOnce }, Create);
    }
}
