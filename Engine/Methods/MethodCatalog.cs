using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>All methods there are. The launch form, the API, the command line and the docs table are made from it.</summary>
public static class MethodCatalog
{
    /// <summary>Descriptions of all methods, in the order of the form.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } = [ZeroShot.Descriptor, JointTraining.Descriptor, ContinualClip.Descriptor];

    /// <summary>The method with this id, or null.</summary>
    public static MethodDescriptor? Find(string id) => All.FirstOrDefault(m => string.Equals(m.Id, id, StringComparison.Ordinal));
}
