namespace CllClip.Portal.Access;

/// <summary>Marks an endpoint that shows something to those alone who may change, also where it only reads.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class ChangersOnlyAttribute : Attribute;
