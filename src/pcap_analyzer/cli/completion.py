"""`pcap-analyzer completion SHELL`: the script by which a shell completes commands, options and names."""

import click


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Prints what makes SHELL complete commands, options, findings and file names.

    \b
    bash  eval "$(pcap-analyzer completion bash)" in ~/.bashrc
    zsh   eval "$(pcap-analyzer completion zsh)" in ~/.zshrc, after compinit
    fish  pcap-analyzer completion fish > ~/.config/fish/completions/pcap-analyzer.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "pcap-analyzer", "_PCAP_ANALYZER_COMPLETE").source())
