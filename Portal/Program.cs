var app = WebApplication.CreateBuilder(args).Build();
app.Run();

/// <summary>The portal's entry point; public so that tests can host it.</summary>
public partial class Program;
