using System.Reflection;
using CllClip.Engine;
using CllClip.Shared.Runs;
using NetArchTest.Rules;
using Xunit;

namespace CllClip.Portal.Tests.Architecture;

/// <summary>Dependencies run one way: Portal -> Engine -> Shared (docs/decisions/0001-engine-is-a-library.md).</summary>
public sealed class DependencyTests
{
    private static readonly Assembly Engine = typeof(EngineException).Assembly;
    private static readonly Assembly Portal = typeof(Program).Assembly;
    private static readonly Assembly Shared = typeof(RunRequest).Assembly;

    [Theory]
    [InlineData("Microsoft.AspNetCore")]
    [InlineData("Microsoft.EntityFrameworkCore")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("Quartz")]
    [InlineData("MudBlazor")]
    [InlineData("CllClip.Portal")]
    public void The_engine_knows_neither_the_web_nor_a_database(string library)
    {
        Assert.DoesNotContain(Named(Engine), name => name.StartsWith(library, StringComparison.Ordinal));
        var result = Types.InAssembly(Engine).ShouldNot().HaveDependencyOn(library).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void TorchSharp_is_used_in_the_engine_alone()
    {
        Assert.Contains("TorchSharp", Named(Engine)); // else this test could not fail
        Assert.DoesNotContain("TorchSharp", Named(Portal));
        Assert.DoesNotContain("TorchSharp", Named(Shared));
    }

    [Fact]
    public void Shared_depends_on_the_framework_alone() =>
        Assert.All(Named(Shared), name => Assert.True(name is "netstandard" || name.StartsWith("System", StringComparison.Ordinal), name));

    [Fact]
    public void The_engine_has_no_static_field_that_can_be_assigned() =>
        Assert.Empty(
            Engine
                .GetTypes()
                .Where(t =>
                    !t.Name.Contains('<', StringComparison.Ordinal) && t.Namespace?.StartsWith("CllClip", StringComparison.Ordinal) == true
                )
                .SelectMany(t =>
                    t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                )
                .Where(f => !f.IsInitOnly && !f.IsLiteral && !f.Name.Contains('<', StringComparison.Ordinal))
                .Select(f => $"{f.DeclaringType}.{f.Name}")
        );

    private static IEnumerable<string> Named(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name ?? "");
}
