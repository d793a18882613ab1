using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>All methods there are. The launch form, the API, the command line and the docs table are made from it.</summary>
public static class MethodCatalog
{
    private static readonly (MethodDescriptor Descriptor, Func<ContinualMethod> Create)[] Methods =
    [
        (ZeroShot.Descriptor, () => new ZeroShot()),
        (JointTraining.Descriptor, () => new JointTraining()),
        (ContinualClip.Descriptor, () => new ContinualClip()),
    ];

    /// <summary>Descriptions of all methods, in the order of the form.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } = [.. Methods.Select(m => Described(m.Descriptor, m.Create))];

    /// <summary>The method with this id, or null.</summary>
    public static MethodDescriptor? Find(string id) => All.FirstOrDefault(m => string.Equals(m.Id, id, StringComparison.Ordinal));

    /// <summary>A fresh instance of a method for one run.</summary>
    /// <exception cref="EngineException">There is no such method.</exception>
    public static ContinualMethod Create(string id) =>
        Array.Find(Methods, m => string.Equals(m.Descriptor.Id, id, StringComparison.Ordinal)).Create?.Invoke()
        ?? throw new EngineException($"Unknown method '{id}'. Choose one of: {string.Join(", ", All.Select(m => m.Id))}.");

    // What the method itself answers is not written down a second time.
    private static MethodDescriptor Described(MethodDescriptor descriptor, Func<ContinualMethod> create)
    {
        using var method = create();
        return descriptor with { Trains = method.Trains, AllLanguagesAtOnce = method.AllLanguagesAtOnce };
    }
}
